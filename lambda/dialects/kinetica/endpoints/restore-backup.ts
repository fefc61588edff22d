import type { SetTarget } from '../../../operations/sets/restore-backup-set.ts';
import type { RestoreRecord } from '../../../model/records.ts';
import type { BackupSet } from '../../../model/sets.ts';
import { createEndpoint, type EndpointContext, textMap } from '../endpoint.ts';
import { KineticaError } from '../kinetica-error.ts';
import {
  checkMayName,
  checkSink,
  checkSinkOf,
  checkTableName,
  findSettingsOf,
  isInSchema,
  readObjects,
} from '../objects.ts';
import { type OptionValues, readOptions } from '../options.ts';
import { findSnapshot, pollMs } from '../snapshots.ts';

const options = {
  backup_id: { type: 'text', maxLength: 20, default: '', text: 'The snapshot; without it, the latest one.' },
  checksum: { type: 'boolean', default: false, text: 'No effect: every restore compares checksums.' },
  create_schema_if_not_exist: {
    type: 'boolean',
    default: true,
    text: 'No effect: schemas need not be created here.',
  },
  cascade_foreign_keys: { type: 'boolean', default: false, text: 'There are no foreign keys here.' },
  ddl_only: {
    type: 'boolean',
    default: false,
    text: 'Only for a snapshot that was made with ddl_only: a restored table has what its snapshot has.',
  },
  dry_run: {
    type: 'boolean',
    default: false,
    text: 'Lists the tables that would be created, and creates none.',
  },
  reingest: { type: 'boolean', default: false, text: 'Not possible: a restored table has its content.' },
  renamed_objects_schema: {
    type: 'text',
    maxLength: 200,
    default: '',
    text: 'With restore_policy rename: the prefix of the names of the new tables; a dot follows it.',
  },
  restore_policy: {
    type: 'choice',
    values: ['none', 'replace', 'rename'],
    default: 'none',
    text: 'none: refuses if a table of the name exists. rename: restores under other names.',
  },
  restore_all_permissions: {
    type: 'boolean',
    default: false,
    text: 'Not possible: permissions are those of IAM, and not in a backup.',
  },
  restore_subscriptions: {
    type: 'choice',
    values: ['resume', 'pause', 'cancel'],
    default: 'resume',
    text: 'There are no subscriptions here.',
  },
  target_schema_map: {
    type: 'text',
    maxLength: 2000,
    default: '',
    text: 'Pairs `from:to` of schemas: the tables of the first schema are restored into the second.',
  },
} as const;

export const restoreBackup = createEndpoint({
  path: '/restore/backup',
  verb: 'restore',
  text: 'Restores tables of a snapshot into new tables.',
  request: {
    backup_name: 'string',
    restore_objects_map: textMap,
    datasource_name: 'string',
    options: textMap,
  },
  response: {
    backup_name: 'string',
    backup_id: 'long',
    restored_bytes: 'long',
    restored_files: 'long',
    restored_records: 'long',
    restored_objects: textMap,
    renamed_objects: textMap,
    failed_objects: textMap,
    info: textMap,
  },
  run: async (context, request) => {
    const chosen = readOptions(options, request.options);
    await checkSink(context.operations, request.datasource_name, 'datasource_name', true);
    checkOptions(chosen);
    const { operations, key } = context;
    const set = await findSnapshot(operations, key, request.backup_name, chosen.backup_id);
    checkSinkOf(set, request.datasource_name, 'datasource_name');
    if (chosen.ddl_only && set.source !== 'settings') {
      throw new KineticaError(
        'ddl_only must be false: the snapshot has the items of its tables, and a restored table has what its snapshot has',
      );
    }
    const targets = findTargets(set, request.restore_objects_map, chosen);
    for (const { target } of targets) checkTableName(target);
    checkMayName(
      key,
      targets.map(({ target }) => target),
    );
    if (chosen.dry_run) return describe(set, targets, [], { dry_run: 'true' });
    const { name, id } = set;
    const started = await operations.restoreBackupSet({
      name,
      id,
      targets,
      requestedBy: `kinetica/${key.id}`,
      joinRunning: true,
    });
    const refused = started.flatMap((each) =>
      'error' in each ? [[each.target, each.error.message] as const] : [],
    );
    const begun = started.flatMap((each) => ('started' in each ? [each] : []));
    // DynamoDB restores its own backups, and Tidemark has no record of that.
    const byDynamodb = begun.flatMap(({ target, started }) => ('restore' in started ? [] : [target]));
    const ours = begun.map(({ target }) => target).filter((target) => !byDynamodb.includes(target));
    const ended = await waitForRestores(context, ours);
    return describe(set, targets, ended, {}, { refused: new Map(refused), byDynamodb });
  },
});

function checkOptions(chosen: OptionValues<typeof options>): void {
  if (chosen.reingest) throw new KineticaError('reingest must be false: a restored table has its content');
  if (chosen.restore_all_permissions) {
    throw new KineticaError(
      'restore_all_permissions must be false: permissions are those of IAM, not in a backup',
    );
  }
  if (chosen.restore_policy === 'replace') {
    throw new KineticaError(
      'restore_policy must be none or rename: a restore never replaces a table, and only deletes tables that it has made',
    );
  }
  if ((chosen.restore_policy === 'rename') !== (chosen.renamed_objects_schema !== '')) {
    throw new KineticaError('restore_policy rename and renamed_objects_schema must be used together');
  }
}

function findTargets(
  set: BackupSet,
  map: Readonly<Record<string, string>>,
  chosen: OptionValues<typeof options>,
): SetTarget[] {
  const objects = readObjects(map);
  const { tables, schemas, monitors } = objects;
  const isAll = Object.keys(map).length === 0;
  const made = set.members.filter(({ status }) => status === 'AVAILABLE').map(({ table }) => table);
  const ofSchemas = made.filter((table) =>
    schemas.some((schema) => schema === set.group || isInSchema(table, schema)),
  );
  const wanted = isAll ? made : [...new Set([...tables, ...ofSchemas])];
  if (wanted.length === 0) throw new KineticaError('The snapshot has none of these objects');
  const settings = findSettingsOf(objects, wanted);
  if (settings.length > 0) {
    throw new KineticaError(
      `Settings are restored with their table: name ${settings.join(', ')} as table too`,
    );
  }
  const moves = readMoves(chosen.target_schema_map);
  return wanted.map((table) => ({
    table,
    target: nameTarget(table, set.group, moves, chosen),
    // A map that names objects names the streams too. Without one, the snapshot's own objects are restored.
    ...(!isAll && { keep: monitors.includes(table) ? (['stream'] as const) : [] }),
  }));
}

function readMoves(text: string): [from: string, to: string][] {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return pairs.map((pair) => {
    const [from = '', to = '', ...more] = pair.split(':').map((name) => name.trim());
    if (from !== '' && to !== '' && more.length === 0) return [from, to];
    throw new KineticaError('target_schema_map must be pairs from:to with commas between them');
  });
}

/** Names a new table. A schema is the start of a table's name, or the group whose tables are in the snapshot. */
function nameTarget(
  table: string,
  group: string | undefined,
  moves: readonly (readonly [string, string])[],
  { renamed_objects_schema: renamed }: OptionValues<typeof options>,
): string {
  const move = moves.find(([from]) => table.startsWith(`${from}.`)) ?? moves.find(([from]) => from === group);
  const [from = '', to = ''] = move ?? [];
  const bare = table.startsWith(`${from}.`) ? table.slice(from.length + 1) : table;
  const moved = move === undefined ? table : `${to}.${bare}`;
  return renamed === '' ? moved : `${renamed}.${moved}`;
}

async function waitForRestores(
  { operations, clock, until }: EndpointContext,
  targets: readonly string[],
): Promise<RestoreRecord[]> {
  for (;;) {
    const restores = await Promise.all(targets.map((target) => operations.describeRestore({ target })));
    if (restores.every(({ status }) => status !== 'RESTORING') || clock.now() >= until) return restores;
    await clock.sleep(pollMs);
  }
}

/** The outcomes of targets whose restores have no record. */
interface Unrecorded {
  readonly refused: ReadonlyMap<string, string>;
  readonly byDynamodb: readonly string[];
}

function describe(
  set: BackupSet,
  targets: readonly SetTarget[],
  restores: readonly RestoreRecord[],
  info: Readonly<Record<string, string>>,
  { refused, byDynamodb }: Unrecorded = { refused: new Map(), byDynamodb: [] },
) {
  const done = new Set(restores.filter(({ status }) => status === 'RESTORED').map(({ target }) => target));
  const failed = new Map(
    restores
      .filter(({ status }) => status === 'FAILED')
      .map(({ target, reason = 'no reason is known' }) => [target, reason]),
  );
  const running = [
    ...restores.filter(({ status }) => status === 'RESTORING').map(({ target }) => target),
    ...byDynamodb,
  ];
  const sources = new Set(targets.filter(({ target }) => done.has(target)).map(({ table }) => table));
  const figures = set.members.flatMap((member) =>
    sources.has(member.table) && member.figures !== undefined ? [member.figures] : [],
  );
  return {
    backup_name: set.name,
    backup_id: set.id,
    restored_bytes: figures.reduce((sum, { bytes }) => sum + bytes, 0),
    restored_files: sources.size,
    restored_records: figures.reduce((sum, { items }) => sum + items, 0),
    restored_objects: listTables([...done]),
    renamed_objects: Object.fromEntries(
      targets.filter(({ table, target }) => table !== target).map(({ table, target }) => [table, target]),
    ),
    failed_objects: Object.fromEntries([...failed, ...refused]),
    info: {
      ...info,
      ...(running.length > 0 && {
        status: 'running',
        running: running.join(','),
        follow:
          'the restores continue: DescribeRestore of the DynamoDB endpoint shows each table, or DescribeTable if DynamoDB restores it',
      }),
    },
  };
}

function listTables(names: readonly string[]): Record<string, string> {
  return names.length === 0 ? {} : { table: names.join(',') };
}
