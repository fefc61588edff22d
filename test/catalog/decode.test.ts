import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeBackup,
  decodeBackupKey,
  decodeCounter,
  decodeRestore,
  decodeSnapshot,
  decodeTable,
  type Row,
} from '../../lambda/catalog/decode.ts';
import {
  decodeLastSet,
  decodeSeries,
  decodeSet,
  decodeSetKey,
  decodeSetMember,
  type SeriesRecord,
} from '../../lambda/catalog/decode-set.ts';
import type { SnapshotRecord } from '../../lambda/catalog/snapshots.ts';
import { createBackupId, createRestoreId } from '../../lambda/model/ids.ts';
import type {
  BackupRecord,
  RestoreRecord,
  TableDescription,
  TableRecord,
} from '../../lambda/model/records.ts';
import { type SetMember, type SetRecord, toSetId } from '../../lambda/model/sets.ts';
import * as arbitrary from '../support/catalog/arbitrary-records.ts';

const id = createBackupId(1_576_616_366_715, 'b4e58d3a');
const restoreId = createRestoreId(1_576_616_400_000, '0123abcd');
const identity = { name: 'Music', arn: 'arn:aws:dynamodb:eu-west-1:1:table/Music', tableId: 'id-1' };
const throughput = { ReadCapacityUnits: 1, WriteCapacityUnits: 2 };
const keySchema: TableDescription['keySchema'][number][] = [{ AttributeName: 'pk', KeyType: 'HASH' }];
const index = { IndexName: 'by-x', KeySchema: keySchema, Projection: { ProjectionType: 'ALL' as const } };

/** Each record below has all of its members. */
type Whole<T> = { readonly [K in keyof T]-?: T[K] };

const description: Whole<TableDescription> = {
  keySchema,
  attributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  createdAt: 1,
  sizeBytes: 2,
  itemCount: 3,
  billingMode: 'PROVISIONED',
  provisionedThroughput: throughput,
  onDemandThroughput: { MaxReadRequestUnits: 10 },
  localSecondaryIndexes: [index],
  globalSecondaryIndexes: [{ ...index, ProvisionedThroughput: throughput }],
  stream: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
  timeToLive: { TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' },
  sse: { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: 'key' },
  tableClass: 'STANDARD',
  deletionProtection: false,
};

const backup: Whole<BackupRecord> = {
  id,
  arn: 'arn',
  name: 'nightly',
  table: identity,
  description,
  marker: 1,
  status: 'AVAILABLE',
  attempts: 1,
  internal: false,
  type: 'SYSTEM',
  asOf: 2,
  expiresAt: 3,
  requestedBy: 'ada',
  kind: 'full',
  source: 'scan',
  parent: id,
  why: ['a reason'],
  figures: {
    items: 1,
    bytes: 2,
    copiedBytes: 3,
    copiedFiles: 4,
    copiedRecords: 5,
    durations: { collect: 6 },
  },
  digest: '00',
  reason: 'none',
  cancelled: true,
  deletedBy: 'ada',
  deletedFor: 'request-1',
  deletedAt: 5,
  comment: 'a comment',
  base: 'scan',
  checksum: true,
  sink: 'archive',
  set: { name: 'nightly', id: toSetId(7) },
  streamArn: 'arn:aws:dynamodb:eu-west-1:123456789012:table/Music/stream/2026-10-08T23:07:31.275',
  nativeArn: 'native',
  askedAt: 4,
};

const restore: Whole<RestoreRecord> = {
  id: restoreId,
  target: 'Music-copy',
  targetTableId: 'id-2',
  backup: id,
  backupArn: 'arn',
  source: identity,
  sink: 'archive',
  description,
  contentTime: 1,
  pointInTime: true,
  requestedAt: 2,
  verifyTarget: true,
  way: 'import',
  why: 'it is large',
  importArn: 'import',
  imported: { items: 1, bytes: 2 },
  settled: true,
  abandoned: 'a reason',
  status: 'FAILED',
  attempts: 1,
  requestKey: 'key',
  requestedBy: 'ada',
  reason: 'none',
  repairedIndexes: ['by-year'],
  differences: ['billing mode: PROVISIONED instead of PAY_PER_REQUEST'],
  targetFate: { kind: 'kept', why: 'denied', error: 'no right' },
  endedAt: 3,
};

const snapshot: Whole<SnapshotRecord> = {
  id,
  tableId: 'id-1',
  sink: 'archive',
  manifestSha256: 'ab',
  oldestRun: id,
  ends: { stream: 'stream-1' },
  internal: false,
  alive: false,
  asOf: 1,
  released: true,
  diedAt: 2,
  pins: new Set(['execution']),
  restores: new Set([restoreId]),
  damage: { reason: 'checksum mismatch', seenAt: 3 },
};

const table: Whole<TableRecord> = {
  name: 'Music',
  sink: 'archive',
  lastMarker: 1,
  head: { tableId: 'id-1', snapshot: id, marker: 1 },
  turn: { execution: 'execution', backup: id, since: 1, parent: id },
  distrust: { upTo: id, reason: 'checksum mismatch', seenAt: 3 },
  unreachableAt: 4,
  pending: [id],
};

const set: Whole<SetRecord> = {
  id: toSetId(7),
  name: 'nightly',
  tables: ['Music'],
  group: 'all',
  kind: 'full',
  source: 'scan',
  sink: 'default',
  comment: 'a comment',
  base: 'scan',
  checksum: true,
  requestedBy: 'ada',
  streamsOf: ['Music'],
  expiresAt: 1,
  replaces: { all: true, sinceFull: true, keepIncrementals: 2 },
  marker: 2,
  status: 'AVAILABLE',
  fingerprint: 'ab',
  endedAt: 3,
  figures: backup.figures,
  deletedBy: 'ada',
  deletedFor: 'request-1',
};

const member: Whole<SetMember> = {
  table: 'Music',
  status: 'AVAILABLE',
  backup: id,
  backupArn: 'arn',
  sizeBytes: 1,
  kind: 'full',
  figures: backup.figures,
  reason: 'none',
};

const series: Whole<SeriesRecord> = {
  running: toSetId(7),
  day: '2026-11-30',
  count: 1,
  settings: { checksum: true, settingsAlone: false, keepIncrementals: 3, comment: 'a comment' },
};
const setKey = { name: 'nightly', id: toSetId(7) };

const key = { table: 'Music', id };
const counter = { begun: 1, count: 2 };

interface Kind {
  readonly name: string;
  readonly decode: (row: Row) => object;
  readonly row: Row;
  readonly decoded: object;
  /** The members that a record must have. */
  readonly required: readonly string[];
}

const kinds: readonly Kind[] = [
  {
    name: 'backup',
    decode: decodeBackup,
    row: backup,
    decoded: backup,
    required: ['id', 'arn', 'name', 'table', 'description', 'marker', 'status', 'attempts', 'internal'],
  },
  {
    name: 'restore',
    decode: decodeRestore,
    row: restore,
    decoded: restore,
    required: [
      'id',
      'target',
      'backup',
      'backupArn',
      'source',
      'description',
      'contentTime',
      'requestedAt',
      'status',
      'attempts',
    ],
  },
  {
    name: 'snapshot',
    decode: decodeSnapshot,
    row: snapshot,
    decoded: snapshot,
    required: ['id', 'tableId', 'manifestSha256', 'oldestRun', 'ends', 'internal', 'alive'],
  },
  {
    name: 'table',
    decode: decodeTable,
    row: { ...table, pending: new Set(table.pending) },
    decoded: table,
    required: ['name', 'lastMarker'],
  },
  { name: 'backup key', decode: decodeBackupKey, row: key, decoded: key, required: ['table', 'id'] },
  {
    name: 'set',
    decode: decodeSet,
    row: set,
    decoded: set,
    required: ['id', 'name', 'tables', 'marker', 'status', 'fingerprint'],
  },
  {
    name: 'set member',
    decode: decodeSetMember,
    row: member,
    decoded: member,
    required: ['table', 'status'],
  },
  { name: 'series', decode: decodeSeries, row: series, decoded: series, required: ['day', 'count'] },
  { name: 'set key', decode: decodeSetKey, row: setKey, decoded: setKey, required: ['name', 'id'] },
  { name: 'last set', decode: decodeLastSet, row: { last: 7 }, decoded: { last: 7 }, required: ['last'] },
  { name: 'counter', decode: decodeCounter, row: counter, decoded: counter, required: ['begun', 'count'] },
];

function expectInvalid({ name, decode }: Kind, row: Row, member: string): void {
  const message = `a ${name} record of the catalog has no valid ${member}`;
  expect(() => decode(row)).toThrow(expect.objectContaining({ code: 'CatalogRecordInvalid', message }));
}

/** No member can have one of these values: the SDK's null, and a binary value. */
const nothings = [null, new Uint8Array(1)];

describe.each(kinds)('the decoder of a $name record', (kind) => {
  const { decode, row, decoded, required } = kind;
  const names = Object.keys(row);

  it('returns all members of the record, and leaves out those that only the catalog needs', () => {
    const keys = { pk: 'TABLE#Music', sk: 'X', collection: 'BACKUPS', position: '1', ttl: 1 };
    expect(decode({ ...row, ...keys })).toEqual(decoded);
  });

  it.each(names)('throws CatalogRecordInvalid if the type of %s is wrong', (member) => {
    for (const nothing of nothings) expectInvalid(kind, { ...row, [member]: nothing }, member);
    // A text is no number, flag, list or object, and this text is no id or status. A number is no text.
    const other = typeof row[member] === 'string' ? 7 : 'other';
    expectInvalid(kind, { ...row, [member]: other }, member);
  });

  it.each(required)('throws CatalogRecordInvalid if %s is missing', (member) => {
    const { [member]: _missing, ...rest } = row;
    expectInvalid(kind, rest, member);
  });

  it('accepts a record that has only the required members', () => {
    const least = Object.fromEntries(required.map((name) => [name, row[name]]));
    expect(() => decode(least)).not.toThrow();
  });
});

/** Expects the decoder to reject a member of the record. */
function expectRejected(name: string, wrong: Record<string, unknown>): void {
  const [kind, ...others] = kinds.filter((each) => each.name === name);
  if (kind === undefined || others.length > 0) throw new Error(`no decoder of ${name}`);
  for (const member of Object.keys(wrong)) expectInvalid(kind, { ...kind.row, ...wrong }, member);
}

describe('the decoder of a record', () => {
  const { figures } = backup;

  it.each([
    ['an id without its 14 digits', 'backup', { id: 'b1' }],
    ['an unknown status', 'backup', { status: 'GONE' }],
    ['an unknown kind', 'backup', { kind: 'half' }],
    ['an unknown source', 'backup', { source: 'guess' }],
    ['a reason that is no text', 'backup', { why: [1] }],
    ['a table without a TableId', 'backup', { table: { name: 'Music', arn: 'arn' } }],
    ['a figure that is a text', 'backup', { figures: { ...figures, items: '1' } }],
    ['a duration that is a text', 'backup', { figures: { ...figures, durations: { collect: '1' } } }],
    ['an unknown way', 'restore', { way: 'mail' }],
    ['a flag that is false', 'restore', { settled: false }],
    ['an import without its bytes', 'restore', { imported: { items: 1 } }],
    ['an unknown fate of the target', 'restore', { targetFate: { kind: 'lost' } }],
    ['a fate that lacks its error', 'restore', { targetFate: { kind: 'kept', why: 'denied' } }],
    ['an end without a stream or a time', 'snapshot', { ends: {} }],
    ['a holder that is no restore', 'snapshot', { restores: new Set(['r1']) }],
    ['a pending backup without an id', 'table', { pending: new Set(['b1']) }],
    ['a turn of no backup', 'table', { turn: { ...table.turn, backup: 'b1' } }],
    ['a head that is no snapshot', 'table', { head: { ...table.head, snapshot: 'b1' } }],
  ])('rejects %s in a %s record', (_what, name, wrong) => {
    expectRejected(name, wrong);
  });

  it.each(Object.keys(description))(
    'rejects a description of a table whose %s has the wrong type',
    (member) => {
      expectRejected('backup', { description: { ...description, [member]: null } });
    },
  );

  it('accepts values that DynamoDB may add to its enumerations', () => {
    const newer = { ...backup, description: { ...description, tableClass: 'COLD', billingMode: 'FREE' } };
    expect(decodeBackup(newer)).toEqual(newer);
  });

  it('never puts a value into the message of its error', () => {
    const secret = { ...backup, comment: { secret: 'secret' } };
    expect(() => decodeBackup(secret)).toThrow(/^a backup record of the catalog has no valid comment$/);
  });
});

describe('every arbitrary record of a table', () => {
  it.each([
    ['backup', arbitrary.backup, decodeBackup],
    ['restore', arbitrary.restore, decodeRestore],
    ['snapshot', arbitrary.snapshot, decodeSnapshot],
  ] as const)('of a %s decodes to itself', (_name, records, decode) => {
    fc.assert(
      fc.property(records, (record) => {
        expect(decode({ ...record })).toEqual(record);
      }),
    );
  });

  it('decodes to itself, with its pending backups sorted by id', () => {
    fc.assert(
      fc.property(arbitrary.table, ({ pending, ...rest }) => {
        const row = { ...rest, ...(pending.length > 0 && { pending: new Set(pending.toReversed()) }) };
        expect(decodeTable(row)).toEqual({ ...rest, pending });
      }),
    );
  });
});
