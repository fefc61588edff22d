import type { Extensions } from './sdk-shapes.ts';
import type { Structure, Type } from './shapes.ts';

/** What DynamoDB's model does not have: the answers of Tidemark's own operations, and what it adds to DynamoDB's. */

const text = { kind: 'string' } as const;
const count = { kind: 'long' } as const;
const share = { kind: 'double', traits: [{ min: 0 }, { max: 1 }] } as const;
const time = { kind: 'timestamp' } as const;
const item = { kind: 'map', of: { kind: 'structure', name: 'AttributeValue' } } as const;

export const extensions: Extensions = {
  BackupDetails: { Tidemark: named('TidemarkDetails') },
  TableDescription: { Tidemark: named('TidemarkRestore') },
};

const cost = { ReadBytes: count, ReadRequests: count };
const way = oneOf('IMPORT', 'WRITES');
const page = { Progress: share, ...cost };

export const ownStructures: Readonly<Record<string, Structure>> = {
  TidemarkDetails: structure(
    {},
    {
      Kind: oneOf('FULL', 'INCREMENTAL', 'DIFFERENTIAL'),
      Source: oneOf('EXPORT', 'STREAM', 'SCAN', 'NATIVE'),
      Parent: text,
      Why: { kind: 'list', of: text },
      Cut: named('TidemarkCut'),
      Figures: named('TidemarkFigures'),
      Digest: { kind: 'string', traits: [{ pattern: '[0-9a-f]{32}' }] },
      Reason: text,
      Comment: text,
      RequestedBy: text,
      NativeBackupArn: text,
    },
  ),
  TidemarkRestore: structure(
    {},
    {
      RestoreStatus: oneOf('RESTORING', 'RESTORED', 'FAILED'),
      Reason: text,
      Choice: named('RestoreChoice'),
      Import: named('RestoreImport'),
      Estimate: named('RestoreEstimate'),
    },
  ),
  RestoreImport: structure({ ImportArn: text, ProcessedItemCount: count, ProcessedSizeBytes: count }),
  TidemarkCut: structure({ Time: time }),
  TidemarkFigures: structure(
    { Items: count, Bytes: count, CopiedBytes: count, CopiedFiles: count, CopiedRecords: count },
    { DurationsMs: { kind: 'map', of: count } },
  ),

  GetBackupItemOutput: structure(cost, { Item: item }),

  CompareBackupsOutput: structure(
    { Added: count, Changed: count, Removed: count, Differences: list('Difference'), ...page },
    { NextToken: text },
  ),
  Difference: structure({ Change: oneOf('ADDED', 'CHANGED', 'REMOVED'), Key: item }),

  VerifyBackupOutput: structure(
    { Frames: count, Items: count, Problems: list('Problem'), ProblemCount: count, ...page },
    { NextToken: text },
  ),
  Problem: structure({ Object: text, Problem: text }, { Offset: count }),

  EstimateRestoreOutput: structure({ Estimate: named('RestoreEstimate') }),
  RestoreEstimate: structure({
    Items: count,
    Bytes: count,
    Ways: list('RestoreWay'),
    Choice: named('RestoreChoice'),
    Auto: named('RestoreChoice'),
    Prices: named('EstimatePrices'),
  }),
  RestoreWay: structure(
    { Way: way, Possible: { kind: 'boolean' } },
    { Reason: text, Usd: named('EstimateBounds'), Seconds: named('EstimateBounds') },
  ),
  RestoreChoice: structure({ Way: way, Why: text }),
  EstimateBounds: structure({ Low: { kind: 'double' }, High: { kind: 'double' } }),
  EstimatePrices: structure({ Region: text, AsOf: text }),

  PlanSweepOutput: structure({
    Folders: list('SweepFolder'),
    Delete: list('SweepDeletion'),
    Unknown: { kind: 'list', of: text },
  }),
  SweepFolder: structure(
    { Folder: text },
    { TableName: text, Trouble: text, Totals: list('SweepTally'), Forget: { kind: 'list', of: text } },
  ),
  SweepTally: structure({
    Verdict: oneOf('UNREFERENCED_RUN', 'DEAD_MANIFEST', 'ENDED_STAGING', 'LIVE', 'WORKING', 'UNKNOWN'),
    Objects: count,
    Bytes: count,
  }),
  SweepDeletion: structure({
    Object: text,
    Bytes: count,
    Why: oneOf('UNREFERENCED_RUN', 'DEAD_MANIFEST', 'ENDED_STAGING'),
  }),
};

function structure(required: Structure['members'], optional: Structure['members'] = {}): Structure {
  return { members: { ...required, ...optional }, required: Object.keys(required) };
}

function named(name: string): Type {
  return { kind: 'structure', name };
}

function list(of: string): Type {
  return { kind: 'list', of: named(of) };
}

function oneOf(...values: readonly string[]): Type {
  return { kind: 'string', traits: [{ enum: values }] };
}
