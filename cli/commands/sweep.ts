import type { ReceivedAnswer } from '../../lambda/dialects/dynamodb/api-operations.ts';
import { command } from '../command.ts';
import { count, size } from '../output.ts';
import { UsageError } from '../trouble.ts';

/** The reasons of a plan, for people. */
const deletions: Readonly<Record<string, string>> = {
  UNREFERENCED_RUN: 'runs that no live snapshot refers to',
  DEAD_MANIFEST: 'manifests of snapshots that are dead',
  ENDED_STAGING: 'staged by backups and restores that have ended',
};
const kept: Readonly<Record<string, string>> = {
  LIVE: 'of live snapshots',
  WORKING: 'of backups and restores that are not done',
  UNKNOWN: 'of no backup or restore that is known: look at them yourself',
};

export const sweep = command({
  summary: 'tell what the sweep would delete, and why',
  usage: `Usage: tidemark sweep --plan [--table TABLE]

Tells what the sweep would delete from the store now, and why. Nothing is deleted: the sweep itself runs
every day in a deployment, and every hour with \`npm start\`.

  --plan               must be given
  --table TABLE        only what was made for the backups of this table
OPTIONS

Exit code: 0 this is the plan, 1 a part of the store could not be planned for, 2 trouble`,
  operands: [],
  options: { plan: { type: 'boolean' }, table: { type: 'string' } },
  run: async ({ call, output }, { plan, table }) => {
    if (plan !== true) throw new UsageError('only --plan is there: the sweep itself runs by a schedule');
    const document = await call('PlanSweep', { TableName: table });
    for (const line of linesOf(document)) output.say(line);
    return { exitCode: document.Folders.some(({ Trouble }) => Trouble !== undefined) ? 1 : 0, document };
  },
});

type SweepPlan = ReceivedAnswer<'PlanSweep'>;

interface Tally {
  readonly objects: number;
  readonly bytes: number;
}

function linesOf({ Folders, Delete, Unknown }: SweepPlan): string[] {
  const sums = sumsOf(Folders);
  const toDelete = Object.keys(deletions).reduce(
    (all, verdict) => all + (sums.get(verdict)?.objects ?? 0),
    0,
  );
  const unlisted = toDelete - Delete.length;
  return [
    ...Delete.map(({ Object, Bytes, Why }) => `${Object} (${size(Bytes)}, ${Why})`),
    ...(unlisted > 0 ? [`and ${count(unlisted, 'more object')}`] : []),
    ...Unknown.map((object) => `${object} (kept, UNKNOWN)`),
    ...told('would delete', deletions, sums),
    ...told('would keep', kept, sums),
    ...Folders.filter(({ Trouble }) => Trouble !== undefined).map(
      ({ Folder, Trouble }) => `would delete nothing in ${Folder}: ${Trouble}`,
    ),
    toDelete === 0 ? 'there is nothing to delete' : 'nothing was deleted: this is a plan',
  ];
}

/** Over all folders, by verdict. */
function sumsOf(folders: SweepPlan['Folders']): ReadonlyMap<string, Tally> {
  const sums = new Map<string, Tally>();
  for (const { Verdict, Objects, Bytes } of folders.flatMap((folder) => folder.Totals ?? [])) {
    const { objects, bytes } = sums.get(Verdict) ?? { objects: 0, bytes: 0 };
    sums.set(Verdict, { objects: objects + Objects, bytes: bytes + Bytes });
  }
  return sums;
}

function told(
  what: string,
  reasons: Readonly<Record<string, string>>,
  sums: ReadonlyMap<string, Tally>,
): string[] {
  return Object.entries(reasons).flatMap(([verdict, reason]) => {
    const sum = sums.get(verdict);
    return sum === undefined
      ? []
      : [`${what} ${count(sum.objects, 'object')}, ${size(sum.bytes)}: ${reason}`];
  });
}
