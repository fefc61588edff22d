import { setTimeout } from 'node:timers/promises';
import type { ReceivedAnswer } from '../../lambda/dialects/dynamodb/api-operations.ts';
import { type Call, readPages } from '../client.ts';
import { defineCommand, type Outcome, type Tools } from '../command.ts';
import { renderCount, renderMoney, renderSize } from '../output.ts';
import { UsageError } from '../errors.ts';

const kinds = ['full', 'incremental', 'differential'];

export const sets = defineCommand({
  summary: 'list, show, make, delete and restore backup sets: backups of several tables',
  usage: `Usage: tidemark sets [list] [name]
       tidemark sets show <name>/<id>
       tidemark sets create <name> (--tables A,B | --group GROUP) [options]
       tidemark sets delete <name>/<id>
       tidemark sets restore <name>/<id> --prefix PREFIX [--tables A,B]

A backup set is the backups of several tables that one request makes, with the content of one time.

Options of create:
  --tables A,B         the tables, with commas between them
  --group GROUP        a table group of the configuration
  --kind KIND          full, incremental or differential (default: incremental where possible)
  --comment TEXT       a note that the set keeps
  --settings-only      stores the settings of the tables without their items
  --checksum           reads back what was written before the set is AVAILABLE
  --sink NAME          the data sink to store the backups in; tidemark sinks lists them
  --days DAYS          days after which the set is deleted
  --keep COUNT         how many incremental sets of the name are kept
  --recreate           deletes all older sets of the name once this one is AVAILABLE
  --delete-intermediates
                       deletes the sets since the last full one once this differential one is AVAILABLE
  --dry-run            says what the set would be and what it would cost, and changes nothing
  --wait               waits until the set has ended

Options of restore:
  --prefix PREFIX      what the names of the new tables begin with, before the name of the table
  --tables A,B         only these tables of the set

OPTIONS

Exit code: 0 success, 1 a set that lacks tables (show, create --wait) or a restore that did not start,
2 error`,
  operands: [],
  optionalOperands: ['action', 'set'],
  options: {
    tables: { type: 'string' },
    group: { type: 'string' },
    kind: { type: 'string' },
    comment: { type: 'string' },
    'settings-only': { type: 'boolean' },
    checksum: { type: 'boolean' },
    sink: { type: 'string' },
    days: { type: 'string' },
    keep: { type: 'string' },
    recreate: { type: 'boolean' },
    'delete-intermediates': { type: 'boolean' },
    'dry-run': { type: 'boolean' },
    wait: { type: 'boolean' },
    prefix: { type: 'string' },
  },
  run: (tools, { action = 'list', set, ...options }) => {
    switch (action) {
      case 'list':
        return list(tools, set);
      case 'show':
        return show(tools, parseSet(set));
      case 'create':
        return create(tools, set, options);
      case 'delete':
        return remove(tools, parseSet(set));
      case 'restore':
        return restore(tools, parseSet(set), options);
      default:
        throw new UsageError(`there is no action ${action}: list, show, create, delete or restore`);
    }
  },
});

type Options = Readonly<
  Partial<Record<'tables' | 'group' | 'kind' | 'comment' | 'sink' | 'days' | 'keep' | 'prefix', string>>
> &
  Readonly<
    Partial<
      Record<'settings-only' | 'checksum' | 'recreate' | 'delete-intermediates' | 'dry-run' | 'wait', boolean>
    >
  >;

type Summary = ReceivedAnswer<'ListBackupSets'>['BackupSets'][number];
type BackupSet = ReceivedAnswer<'DescribeBackupSet'>['BackupSet'];

interface SetKey {
  readonly SetName: string;
  readonly SetId: number;
}

async function list({ call, output }: Tools, SetName: string | undefined): Promise<Outcome> {
  const listed: Summary[] = [];
  for await (const { BackupSets } of readPages(call, 'ListBackupSets', { SetName })) {
    for (const each of BackupSets) output.printLine(renderSummary(each));
    listed.push(...BackupSets);
  }
  if (listed.length === 0) output.printLine('there are no backup sets');
  return { exitCode: 0, document: { BackupSets: listed } };
}

async function show({ call, output }: Tools, key: SetKey): Promise<Outcome> {
  const { BackupSet } = await call('DescribeBackupSet', key);
  for (const line of renderSet(BackupSet)) output.printLine(line);
  return { exitCode: lacksTables(BackupSet) ? 1 : 0, document: { BackupSet } };
}

async function create(tools: Tools, SetName: string | undefined, options: Options): Promise<Outcome> {
  const { call, output } = tools;
  const request = toRequest(SetName, options);
  const { Plan, BackupSet } = await call('CreateBackupSet', request);
  if (Plan !== undefined) {
    for (const { TableName, Kind, Source, Reason } of Plan.Tables) {
      output.printLine(`${TableName}: ${Reason ?? `${Kind ?? 'NATIVE'} by ${Source}`}`);
    }
    const { Low, High } = Plan.Usd;
    output.printLine(
      `${renderCount(Plan.Items, 'item')}, ${renderSize(Plan.Bytes)}, ${renderMoney(Low)} to ${renderMoney(High)}; nothing was changed`,
    );
    return { exitCode: 0, document: { Plan } };
  }
  if (BackupSet === undefined) throw new TypeError('the answer has neither a set nor a plan');
  const made = options.wait === true ? await waitForEnd(tools, BackupSet) : BackupSet;
  for (const line of renderSet(made)) output.printLine(line);
  return { exitCode: lacksTables(made) ? 1 : 0, document: { BackupSet: made } };
}

function toRequest(SetName: string | undefined, options: Options): object {
  if (SetName === undefined) throw new UsageError('create needs the name of the set');
  const { tables, group, kind, comment, days, keep } = options;
  if ((tables === undefined) === (group === undefined)) throw new UsageError('give --tables or --group');
  if (kind !== undefined && !kinds.includes(kind)) {
    throw new UsageError(`--kind must be ${kinds.join(', ')}, not ${kind}`);
  }
  return {
    SetName,
    TableNames: tables?.split(','),
    GroupName: group,
    TidemarkOptions: {
      Kind: kind?.toUpperCase(),
      Source: options['settings-only'] === true ? 'SETTINGS' : undefined,
      Comment: comment,
      Checksum: options.checksum,
      DataSink: options.sink,
      RetentionDays: parseCount('--days', days),
      KeepIncrementals: parseCount('--keep', keep),
      Recreate: options.recreate,
      DeleteIntermediates: options['delete-intermediates'],
      DryRun: options['dry-run'],
    },
  };
}

/** How long to wait before the status of a set is read again, in ms. */
const pollMs = 1000;

async function waitForEnd({ call, output }: Tools, made: BackupSet): Promise<BackupSet> {
  const { SetName, SetId } = made;
  let seen = made;
  while (seen.SetStatus === 'CREATING') {
    output.showProgress('backing up', (seen.Percent ?? 0) / 100);
    await setTimeout(pollMs);
    seen = (await call('DescribeBackupSet', { SetName, SetId })).BackupSet;
  }
  return seen;
}

async function remove({ call, output }: Tools, key: SetKey): Promise<Outcome> {
  const document = await call('DeleteBackupSet', key);
  output.printLine(`deleted ${key.SetName}/${key.SetId}`);
  return { exitCode: 0, document };
}

async function restore(tools: Tools, key: SetKey, { prefix, tables }: Options): Promise<Outcome> {
  const { call, output } = tools;
  if (prefix === undefined) throw new UsageError('restore needs --prefix: a restore makes new tables');
  const wanted = tables?.split(',') ?? (await listMade(call, key));
  const Targets = wanted.map((TableName) => ({ TableName, TargetTableName: `${prefix}${TableName}` }));
  const { Restores } = await call('RestoreBackupSet', { ...key, Targets });
  for (const { TableName, TargetTableName, Reason } of Restores) {
    output.printLine(`${TableName} -> ${TargetTableName}: ${Reason ?? 'RESTORING'}`);
  }
  return { exitCode: Restores.some(({ Reason }) => Reason !== undefined) ? 1 : 0, document: { Restores } };
}

/** Lists the tables of a set that have a backup. */
async function listMade(call: Call, key: SetKey): Promise<string[]> {
  const { BackupSet } = await call('DescribeBackupSet', key);
  return BackupSet.Members.filter(({ MemberStatus }) => MemberStatus === 'AVAILABLE').map(
    ({ TableName }) => TableName,
  );
}

function parseSet(text = ''): SetKey {
  const at = text.lastIndexOf('/');
  const id = text.slice(at + 1);
  if (at > 0 && /^[1-9]\d{0,14}$/.test(id)) return { SetName: text.slice(0, at), SetId: Number(id) };
  throw new UsageError(
    text === '' ? 'a set is missing: <name>/<id>' : `${text} does not name a set: <name>/<id>`,
  );
}

function parseCount(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new UsageError(`${option} must be a whole number from 1 on, not ${text}`);
}

function lacksTables({ SetStatus }: Summary): boolean {
  return SetStatus === 'PARTIAL' || SetStatus === 'FAILED';
}

function renderSummary(set: Summary): string {
  const { SetName, SetId, SetStatus, Kind, CreationDateTime, TableNames, Figures, Percent, Comment } = set;
  return [
    `${SetName}/${SetId}: ${SetStatus}${SetStatus === 'CREATING' ? ` ${Percent ?? 0} %` : ''}`,
    ...(Kind === undefined ? [] : [Kind]),
    `requested ${new Date(CreationDateTime * 1000).toISOString().replace(/\.\d+Z$/, 'Z')}`,
    renderCount(TableNames.length, 'table'),
    ...(Figures === undefined
      ? []
      : [`${renderCount(Figures.Items, 'item')}, ${renderSize(Figures.CopiedBytes)} stored`]),
    ...(Comment === undefined ? [] : [Comment]),
  ].join(', ');
}

/** One line for the set, and one for each of its tables. */
function renderSet(set: BackupSet): string[] {
  const members = set.Members.map(({ TableName, MemberStatus, Kind, BackupArn, Reason }) => {
    const what = Reason ?? [Kind, BackupArn].filter((text) => text !== undefined).join(', ');
    return `  ${TableName}: ${MemberStatus}${what === '' ? '' : `, ${what}`}`;
  });
  return [renderSummary(set), ...members];
}
