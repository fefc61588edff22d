import type { ReceivedAnswer } from '../../lambda/dialects/dynamodb/api-operations.ts';
import { readPages } from '../client.ts';
import { defineCommand } from '../command.ts';
import { renderCount, renderSize } from '../output.ts';
import { UsageError } from '../errors.ts';

/** The objects that a sweep would delete, by the plan's verdict. */
const deletions: Readonly<Record<string, string>> = {
  UNREFERENCED_RUN: 'runs that no live snapshot refers to',
  DEAD_MANIFEST: 'manifests of dead snapshots',
  ENDED_STAGING: 'staged files of backups and restores that have ended',
};

/** The objects that are kept, by the plan's verdict. */
const kept: Readonly<Record<string, string>> = {
  LIVE: 'of live snapshots',
  WORKING: 'of backups and restores that are still at work',
  UNKNOWN: 'of no known backup or restore: check them yourself',
};

export const sweep = defineCommand({
  summary: 'show what the sweep would delete, and why',
  usage: `Usage: tidemark sweep --plan [--table TABLE]

Shows what the sweep would delete from the store now, and why. Deletes nothing: the sweep itself runs
every day in a deployment, and every hour with \`npm start\`.

  --plan               required: print the plan without deleting anything
  --table TABLE        only files that were made for backups of this table
OPTIONS

Exit code: 0 complete plan, 1 some folder could not be planned, 2 error`,
  operands: [],
  options: { plan: { type: 'boolean' }, table: { type: 'string' } },
  run: async ({ call, output }, { plan, table }) => {
    if (plan !== true) throw new UsageError('sweep needs --plan: deletion itself runs only on its schedule');
    const pages = await Array.fromAsync(readPages(call, 'PlanSweep', { TableName: table }));
    const document: SweepPlan = {
      Folders: pages.flatMap(({ Folders }) => Folders),
      Delete: pages.flatMap(({ Delete }) => Delete),
      Unknown: pages.flatMap(({ Unknown }) => Unknown),
    };
    for (const line of renderPlan(document)) output.printLine(line);
    return { exitCode: document.Folders.some(({ Trouble }) => Trouble !== undefined) ? 1 : 0, document };
  },
});

type SweepPlan = Pick<ReceivedAnswer<'PlanSweep'>, 'Folders' | 'Delete' | 'Unknown'>;

interface Tally {
  readonly objects: number;
  readonly bytes: number;
}

function renderPlan({ Folders, Delete, Unknown }: SweepPlan): string[] {
  const sums = addTotals(Folders);
  const toDelete = Object.keys(deletions).reduce(
    (all, verdict) => all + (sums.get(verdict)?.objects ?? 0),
    0,
  );
  const unlisted = toDelete - Delete.length;
  return [
    ...Delete.map(({ Object, Bytes, Why }) => `${Object} (${renderSize(Bytes)}, ${Why})`),
    ...(unlisted > 0 ? [`and ${renderCount(unlisted, 'more object')}`] : []),
    ...Unknown.map((object) => `${object} (kept, UNKNOWN)`),
    ...renderTotals('would delete', deletions, sums),
    ...renderTotals('would keep', kept, sums),
    ...Folders.filter(({ Trouble }) => Trouble !== undefined).map(
      ({ Folder, Trouble }) => `would delete nothing in ${Folder}: ${Trouble}`,
    ),
    toDelete === 0 ? 'there is nothing to delete' : 'nothing was deleted: this is only a plan',
  ];
}

/** Adds the totals of all folders. Returns them by verdict. */
function addTotals(folders: SweepPlan['Folders']): ReadonlyMap<string, Tally> {
  const sums = new Map<string, Tally>();
  for (const { Verdict, Objects, Bytes } of folders.flatMap((folder) => folder.Totals ?? [])) {
    const { objects, bytes } = sums.get(Verdict) ?? { objects: 0, bytes: 0 };
    sums.set(Verdict, { objects: objects + Objects, bytes: bytes + Bytes });
  }
  return sums;
}

/** Renders one line for each verdict that occurs. */
function renderTotals(
  action: string,
  reasons: Readonly<Record<string, string>>,
  sums: ReadonlyMap<string, Tally>,
): string[] {
  return Object.entries(reasons).flatMap(([verdict, reason]) => {
    const sum = sums.get(verdict);
    return sum === undefined
      ? []
      : [`${action} ${renderCount(sum.objects, 'object')}, ${renderSize(sum.bytes)}: ${reason}`];
  });
}
