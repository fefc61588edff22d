import { parseTableReference } from '../../model/backup-arn.ts';
import type { FolderPlan } from '../../retention/plan-folders.ts';
import { sourceTable } from './names.ts';
import { operation } from './operation.ts';

/** Objects of one verdict in one folder. */
interface Tally {
  /** Why they would be deleted, or kept: the words of `lambda/retention/sweep-plan.ts`, in capitals. */
  readonly Verdict: string;
  readonly Objects: number;
  readonly Bytes: number;
}

interface Folder {
  readonly Folder: string;
  readonly TableName?: string | undefined;
  /** What kept the plan from being made: nothing in the folder would be deleted. */
  readonly Trouble?: string;
  /** Of all objects of the folder. */
  readonly Totals?: readonly Tally[];
  /** Dead snapshots whose records would go. */
  readonly Forget?: readonly string[];
}

interface Deletion {
  readonly Object: string;
  readonly Bytes: number;
  readonly Why: string;
}

export interface SweepPlan {
  readonly Folders: readonly Folder[];
  /** The first of them; the totals count all. */
  readonly Delete: readonly Deletion[];
  /** The first objects that are kept because nothing is known of them. */
  readonly Unknown: readonly string[];
}

/** About 150 bytes for each, in an answer that Lambda bounds at 6 MB. */
const mostListed = 10_000;

export const planSweep = operation({
  members: { TableName: sourceTable },
  run: async (operations, { TableName }): Promise<SweepPlan> => {
    const folders = await operations.planSweep(TableName === undefined ? {} : parseTableReference(TableName));
    const plans = folders.flatMap((folder) => ('plan' in folder ? [folder.plan] : []));
    return {
      Folders: folders.map(wireFolder),
      Delete: plans
        .flatMap((plan) => plan.delete)
        .slice(0, mostListed)
        .map(({ key, bytes, why }) => ({ Object: key, Bytes: bytes, Why: inCapitals(why) })),
      Unknown: plans.flatMap((plan) => plan.unknown).slice(0, mostListed),
    };
  },
});

function wireFolder({ folder, table, ...found }: FolderPlan): Folder {
  const common = { Folder: folder, TableName: table };
  if ('trouble' in found) return { ...common, Trouble: found.trouble };
  const totals = Object.entries(found.plan.totals);
  return {
    ...common,
    Totals: totals
      .filter(([, { objects }]) => objects > 0)
      .map(([verdict, { objects, bytes }]) => ({
        Verdict: inCapitals(verdict),
        Objects: objects,
        Bytes: bytes,
      })),
    Forget: found.plan.forget,
  };
}

/** `dead-manifest` is `DEAD_MANIFEST` on the wire. */
function inCapitals(word: string): string {
  return word.toUpperCase().replaceAll('-', '_');
}
