import { parseTableReference } from '../../../model/backup-arn.ts';
import type { FolderPlan } from '../../../retention/sweep-plan.ts';
import type { SweepPlan } from '../../../retention/sweep-plan.ts';
import { oneOf } from '../constraints.ts';
import { exampleTable } from '../examples.ts';
import type { Answer } from '../members.ts';
import { tableNameOrArn } from '../names.ts';
import { createOperation, whenDefined } from '../operation.ts';
import { answerToken, requestToken } from '../page-members.ts';
import { toCapitals } from '../words.ts';

const count = { type: 'long', required: true } as const;
const object = { type: 'string', required: true, text: 'The key of an object in the store.' } as const;

/** The reasons are those of `lambda/retention/sweep-plan.ts`, in capitals. */
const tally = {
  type: 'structure',
  shape: 'SweepTally',
  members: {
    Verdict: {
      type: 'string',
      required: true,
      constraints: [
        oneOf('UNREFERENCED_RUN', 'DEAD_MANIFEST', 'ENDED_STAGING', 'LIVE', 'WORKING', 'UNKNOWN'),
      ],
      text: 'Why the objects would be deleted or are kept.',
    },
    Objects: { ...count, text: 'The number of objects.' },
    Bytes: { ...count, text: 'The size of the objects in bytes.' },
  },
} as const;

const folder = {
  type: 'structure',
  shape: 'SweepFolder',
  members: {
    Folder: { type: 'string', required: true, text: 'A folder of the store.' },
    TableName: { type: 'string', text: 'The table whose snapshots are in the folder.' },
    DataSink: { type: 'string', text: 'The data sink in which the folder is. Absent: the default one.' },
    Trouble: {
      type: 'string',
      text: 'Why no plan could be made for the folder. Then nothing in it would be deleted.',
    },
    Totals: { type: 'list', of: tally, text: 'All objects in the folder, by verdict.' },
    Forget: {
      type: 'list',
      of: { type: 'string' },
      text: 'Dead snapshots whose records would be deleted.',
    },
  },
} as const;

const deletion = {
  type: 'structure',
  shape: 'SweepDeletion',
  members: {
    Object: object,
    Bytes: { ...count, text: 'The size of the object in bytes.' },
    Why: {
      type: 'string',
      required: true,
      constraints: [oneOf('UNREFERENCED_RUN', 'DEAD_MANIFEST', 'ENDED_STAGING')],
      text: 'Why the object would be deleted.',
    },
  },
} as const;

/** At about 150 bytes each, both lists fit into an answer of Lambda, which is limited to 6 MB. */
const maxListed = 10_000;

export const planSweep = createOperation({
  name: 'PlanSweep',
  text: 'Lists what the next sweep would delete from the store, page by page, and changes nothing.',
  verbs: ['read'],
  members: { TableName: tableNameOrArn, NextToken: requestToken },
  answer: {
    Folders: { type: 'list', required: true, of: folder, text: 'The plan, by folder of the store.' },
    Delete: {
      type: 'list',
      required: true,
      of: deletion,
      text: 'The first objects of this page that would be deleted; the totals count all.',
    },
    Unknown: {
      type: 'list',
      required: true,
      of: { type: 'string' },
      text: 'The first objects that are kept because Tidemark does not know them. Staged objects are listed only if the whole plan fits on one page.',
    },
    NextToken: answerToken,
  },
  example: { TableName: exampleTable },
  run: async (operations, { TableName, NextToken }) => {
    const { folders, next } = await operations.planSweep({
      ...(TableName !== undefined && parseTableReference(TableName)),
      ...whenDefined('next', NextToken),
    });
    const plans = folders.flatMap((each) => ('plan' in each ? [each.plan] : []));
    return {
      Folders: folders.map(encodeFolder),
      Delete: plans
        .flatMap((plan) => plan.delete)
        .slice(0, maxListed)
        .map(({ key, bytes, why }) => ({ Object: key, Bytes: bytes, Why: toCapitals(why) })),
      Unknown: plans.flatMap((plan) => plan.unknown).slice(0, maxListed),
      ...whenDefined('NextToken', next),
    };
  },
});

function encodeFolder({ folder: name, table, sink, ...outcome }: FolderPlan): Answer<typeof folder.members> {
  const common = { Folder: name, TableName: table, DataSink: sink };
  if ('trouble' in outcome) return { ...common, Trouble: outcome.trouble };
  return { ...common, Totals: encodeTotals(outcome.plan.totals), Forget: outcome.plan.forget };
}

function encodeTotals(totals: SweepPlan['totals']): Answer<typeof tally.members>[] {
  const verdicts = Object.keys(totals) as (keyof typeof totals)[];
  return verdicts
    .filter((verdict) => totals[verdict].objects > 0)
    .map((verdict) => ({
      Verdict: toCapitals(verdict),
      Objects: totals[verdict].objects,
      Bytes: totals[verdict].bytes,
    }));
}
