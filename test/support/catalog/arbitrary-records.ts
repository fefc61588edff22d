import type { KeySchemaElement, Projection, StreamSpecification } from '@aws-sdk/client-dynamodb';
import * as fc from 'fast-check';
import type { Commit } from '../../../lambda/catalog/commit-writes.ts';
import type { NewBackup } from '../../../lambda/catalog/new-backup.ts';
import type { RestoreNote } from '../../../lambda/catalog/restores.ts';
import type { SnapshotRecord } from '../../../lambda/catalog/snapshots.ts';
import { createBackupId, createRestoreId } from '../../../lambda/model/ids.ts';
import type {
  BackupRecord,
  Ends,
  Figures,
  RestoreRecord,
  TableDescription,
  TableIdentity,
  TableRecord,
  TargetFate,
} from '../../../lambda/model/records.ts';
import { toSetId } from '../../../lambda/model/sets.ts';

/** Arbitrary records of the catalog, with every combination of their optional members. */

const text = fc.string({ maxLength: 12 });
const number = fc.maxSafeNat();
const hex = fc.nat(0xffffffff).map((bits) => bits.toString(16).padStart(8, '0'));
const time = fc.nat(4_000_000_000_000);

const backupId = fc.tuple(time, hex).map(([marker, digits]) => createBackupId(marker, digits));
const restoreId = fc.tuple(time, hex).map(([requestedAt, digits]) => createRestoreId(requestedAt, digits));

/** An object with all members of `required` and any of `optional`. */
function members<R extends object, O extends object>(
  required: { [K in keyof R]: fc.Arbitrary<R[K]> },
  optional: { [K in keyof O]: fc.Arbitrary<O[K]> },
) {
  const some = fc.record(optional, { requiredKeys: [] });
  return fc.tuple(fc.record(required), some).map(([all, present]) => ({ ...all, ...present }));
}

const keySchema: fc.Arbitrary<KeySchemaElement[]> = fc.constantFrom(
  [{ AttributeName: 'pk', KeyType: 'HASH' }],
  [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
);

const provisioned = fc.record({ ReadCapacityUnits: number, WriteCapacityUnits: number });
const onDemand = members({}, { MaxReadRequestUnits: number, MaxWriteRequestUnits: number });

const projection: fc.Arbitrary<Projection> = fc.constantFrom(
  { ProjectionType: 'ALL' },
  { ProjectionType: 'INCLUDE', NonKeyAttributes: ['a', 'b'] },
);

const index = {
  IndexName: text,
  KeySchema: keySchema,
  Projection: projection,
};

export const description: fc.Arbitrary<TableDescription> = members(
  {
    keySchema,
    attributeDefinitions: fc.array(
      fc.record({ AttributeName: text, AttributeType: fc.constantFrom('S', 'N', 'B') }),
      { maxLength: 3 },
    ),
    createdAt: number,
    sizeBytes: number,
    itemCount: number,
    billingMode: fc.constantFrom('PROVISIONED', 'PAY_PER_REQUEST'),
    localSecondaryIndexes: fc.array(fc.record(index), { maxLength: 2 }),
    globalSecondaryIndexes: fc.array(
      members(index, { ProvisionedThroughput: provisioned, OnDemandThroughput: onDemand }),
      { maxLength: 2 },
    ),
  },
  {
    provisionedThroughput: provisioned,
    onDemandThroughput: onDemand,
    stream: fc.constantFrom<StreamSpecification[]>(
      { StreamEnabled: false },
      { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    ),
    timeToLive: members({}, { TimeToLiveStatus: fc.constant('ENABLED' as const), AttributeName: text }),
    sse: members(
      {},
      {
        Status: fc.constant('ENABLED' as const),
        SSEType: fc.constant('KMS' as const),
        KMSMasterKeyArn: text,
      },
    ),
    tableClass: fc.constant('STANDARD_INFREQUENT_ACCESS' as const),
    deletionProtection: fc.boolean(),
  },
);

const identity: fc.Arbitrary<TableIdentity> = fc.record({ name: text, arn: text, tableId: text });

const figures: fc.Arbitrary<Figures> = members(
  { items: number, bytes: number, copiedBytes: number, copiedFiles: number, copiedRecords: number },
  { durations: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), number) },
);

const kind = fc.constantFrom('full' as const, 'incremental' as const, 'differential' as const);
const source = fc.constantFrom('export' as const, 'stream' as const, 'scan' as const);
const ends: fc.Arbitrary<Ends> = fc.oneof(fc.record({ stream: text }), fc.record({ exportTime: time }));
const reasons = fc.array(text, { maxLength: 3 });

export const backup: fc.Arbitrary<BackupRecord> = members(
  {
    id: backupId,
    arn: text,
    name: text,
    table: identity,
    description,
    marker: time,
    status: fc.constantFrom('CREATING', 'AVAILABLE', 'FAILED', 'DELETED'),
    attempts: fc.nat(9),
    internal: fc.boolean(),
  },
  {
    asOf: time,
    expiresAt: time,
    requestedBy: text,
    kind,
    source: fc.oneof(source, fc.constant('native' as const)),
    parent: backupId,
    why: reasons,
    figures,
    digest: text,
    reason: text,
    deletedBy: text,
    deletedFor: text,
    deletedAt: time,
    comment: text,
    base: fc.constantFrom('export' as const, 'scan' as const),
    checksum: fc.constant(true as const),
    set: fc.record({ name: text, id: fc.integer({ min: 1, max: 10 ** 15 - 1 }).map(toSetId) }),
    streamArn: text,
    nativeArn: text,
    askedAt: time,
  },
);

export const fate: fc.Arbitrary<TargetFate> = fc.oneof(
  members(
    { kind: fc.constant('complete' as const) },
    { lacks: fc.constantFrom('deletionProtection' as const, 'finishedTag' as const) },
  ),
  fc.record({ kind: fc.constant('absent' as const) }),
  fc.record({
    kind: fc.constant('kept' as const),
    why: fc.constantFrom('protected' as const, 'neverTagged' as const, 'tagRemoved' as const),
  }),
  fc.record({ kind: fc.constant('kept' as const), why: fc.constant('denied' as const), error: text }),
  fc.record({ kind: fc.constant('unseen' as const), error: text }),
);

const noted = {
  way: fc.constantFrom('import' as const, 'writes' as const),
  why: text,
  importArn: text,
  imported: fc.record({ items: number, bytes: number }),
  verifyTarget: fc.constant(true as const),
  settled: fc.constant(true as const),
  reason: text,
  differences: fc.array(text, { minLength: 1, maxLength: 3 }),
};

/** At least one member. */
export const restoreNote: fc.Arbitrary<RestoreNote> = members({ why: text }, noted);

export const restore: fc.Arbitrary<RestoreRecord> = members(
  {
    id: restoreId,
    target: text,
    backup: backupId,
    backupArn: text,
    source: identity,
    description,
    contentTime: time,
    requestedAt: time,
    status: fc.constantFrom('RESTORING', 'RESTORED', 'FAILED'),
    attempts: fc.nat(9),
  },
  {
    ...noted,
    targetTableId: text,
    pointInTime: fc.constant(true as const),
    abandoned: text,
    requestKey: text,
    requestedBy: text,
    repairedIndexes: fc.array(text, { minLength: 1, maxLength: 3 }),
    targetFate: fate,
    endedAt: time,
  },
);

export const snapshot: fc.Arbitrary<SnapshotRecord> = members(
  {
    id: backupId,
    tableId: text,
    manifestSha256: text,
    oldestRun: backupId,
    ends,
    internal: fc.boolean(),
    alive: fc.boolean(),
  },
  {
    asOf: time,
    released: fc.constant(true as const),
    diedAt: time,
    pins: fc.array(text, { minLength: 1, maxLength: 3 }).map((holders) => new Set(holders)),
    restores: fc.array(restoreId, { minLength: 1, maxLength: 3 }).map((holders) => new Set(holders)),
    damage: fc.record({ reason: text, seenAt: time }),
  },
);

export const table: fc.Arbitrary<TableRecord> = members(
  {
    name: text,
    lastMarker: time,
    pending: fc.array(backupId, { maxLength: 4 }).map((ids) => [...new Set(ids)].sort()),
  },
  {
    head: fc.record({ tableId: text, snapshot: backupId, marker: time }),
    turn: members({ execution: text, backup: backupId, since: time }, { parent: backupId }),
    distrust: fc.record({ upTo: backupId, reason: text, seenAt: time }),
  },
);

/** A request without its table: the members that the catalog only stores. */
export const newBackup: fc.Arbitrary<Omit<NewBackup, 'table'>> = members(
  { name: text, description },
  {
    internal: fc.boolean(),
    asOf: time,
    requestedBy: text,
    kind,
    source,
    comment: text,
    base: fc.constantFrom('export' as const, 'scan' as const),
    checksum: fc.constant(true as const),
    streamArn: text,
    expiresAt: time,
  },
);

export const commitResult: fc.Arbitrary<
  Pick<Commit, 'oldestRun' | 'ends' | 'manifestSha256' | 'internal' | 'result'>
> = fc.record({
  oldestRun: backupId,
  ends,
  manifestSha256: text,
  internal: fc.boolean(),
  result: members({ kind, source, parent: fc.constant(undefined), figures, digest: text }, { why: reasons }),
});
