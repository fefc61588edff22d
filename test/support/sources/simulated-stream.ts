import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ResourceNotFoundException,
  type Shard,
  type _Record as StreamRecord,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';
import * as fc from 'fast-check';
import type { StreamCut } from '../../../lambda/snapshot/format/manifest.ts';

/** One write, which the model never forgets. */
export interface Write {
  /** The time of the write, epoch ms; no two writes have one time. */
  readonly at: number;
  /** The record's time in epoch seconds, which may be earlier than the write's. */
  readonly second: number;
  /** The time from which on the write's record can be read, epoch ms. */
  readonly readableAt: number;
  readonly key: number;
  readonly before: number | undefined;
  /** Undefined if the item was deleted. */
  readonly after: number | undefined;
  /** Undefined if there was no stream at the time. */
  readonly place: { readonly stream: string; readonly shard: string; readonly sequence: bigint } | undefined;
}

export type Action =
  | { readonly do: 'write'; readonly key: number; readonly put: boolean; readonly lagMs: number }
  | { readonly do: 'pass'; readonly ms: number }
  /** Closes one of the open shards, which is followed by children; `hiddenFor` calls of DescribeStream do not list them. */
  | { readonly do: 'split'; readonly which: number; readonly children: 1 | 2; readonly hiddenFor: number };

/** Actions with backups in between, and the actions during each backup. */
export interface Script {
  readonly options: StreamOptions;
  readonly steps: readonly (Action | { readonly do: 'backup'; readonly during: readonly Action[] })[];
}

interface SimulatedShard {
  readonly id: string;
  readonly parent: string | undefined;
  /** The slots of its keys: `from` inclusive, `to` exclusive. */
  readonly from: number;
  readonly to: number;
  readonly writes: Write[];
  closedAt: number | undefined;
  trimmed: number;
  gone: boolean;
  hiddenFor: number;
}

export interface SimulatedStream {
  readonly arn: string;
  readonly createdAt: number;
  enabled: boolean;
  readonly shards: SimulatedShard[];
}

export interface StreamOptions {
  /** The maximum number of empty pages in a row before records; there may be some after each page. */
  readonly emptyPages: number;
  readonly recordsPerPage: number;
  /** Decides where there are empty pages. */
  readonly seed: number;
  /** Returns how long after a write its record can be read, in ms. @default at once */
  readonly lateMs?: () => number;
}

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      key: fc.nat(7),
      put: fc.boolean(),
      lagMs: fc.constantFrom(0, 0, 0, 900),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(50, 300, 1000, 5000) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('split' as const),
      which: fc.nat(9),
      children: fc.constantFrom<1 | 2>(1, 2),
      hiddenFor: fc.nat(3),
    }),
  },
);

/** Any script whose stream has at most `emptyPages` empty pages in a row. */
export function scripts(emptyPages: number): fc.Arbitrary<Script> {
  const during = fc.array(action, { maxLength: 40, size: 'max' });
  return fc.record({
    options: fc.record({
      emptyPages: fc.constant(emptyPages),
      recordsPerPage: fc.integer({ min: 1, max: 4 }),
      seed: fc.nat(1_000_000),
    }),
    steps: fc.array(
      fc.oneof(
        { weight: 10, arbitrary: action },
        { weight: 1, arbitrary: fc.record({ do: fc.constant('backup' as const), during }) },
      ),
      { minLength: 10, maxLength: 80, size: 'max' },
    ),
  });
}

const slots = 0x10000;
const shardsPerPage = 3;

/** Returns the slot of a key. Keys are spread over the slots, so that the split of a shard separates them. */
export function slotOf(key: number): number {
  return (key * 40_503) % slots;
}

export function itemOf(key: number, value: number) {
  return { pk: { S: `k${key}` }, value: { N: String(value) } };
}

/** A table with its whole history, and with streams that behave like DynamoDB's. */
export class SimulatedTable {
  readonly name: string;
  readonly history: Write[] = [];
  readonly streams: SimulatedStream[] = [];
  /** Epoch ms. */
  now = 1_700_000_000_500;
  /** The table's description; undefined: there is no such table. */
  status: 'ACTIVE' | 'DELETING' | undefined = 'ACTIVE';
  /** Called before each page of a stream or a scan, to run something in the meantime. */
  meanwhile: () => void = () => {};
  readonly #options: StreamOptions;
  readonly #content = new Map<number, number>();
  // Sequence numbers soon get one digit more, so that a comparison as text would be wrong.
  #sequence = 10n ** 21n - 40n;
  #shardCount = 0;
  #random: number;

  constructor(options: StreamOptions, name = 'simulated', { hasStream = true } = {}) {
    this.name = name;
    this.#options = options;
    this.#random = options.seed;
    if (hasStream) this.switchOn();
  }

  get content(): ReadonlyMap<number, number> {
    return this.#content;
  }

  /** The stream that the table writes to; undefined if it is disabled. */
  get stream(): SimulatedStream | undefined {
    return this.streams.find((stream) => stream.enabled);
  }

  /** Returns a client that answers the calls of the code under test from the model. */
  get client(): DynamoDBStreamsClient {
    const client: Pick<DynamoDBStreamsClient, 'send'> = {
      send: async (command: object) => this.answer(command),
    };
    return client as DynamoDBStreamsClient;
  }

  play(action: Action): void {
    if (action.do === 'pass') this.now += action.ms;
    else if (action.do === 'write') this.write(action.key, action.put, action.lagMs);
    else this.split(action.which, action.children, action.hiddenFor);
  }

  /** Writes an item. Every write has a value of its own, unless one is given. Deleting a missing item makes no record. */
  write(key: number, put = true, lagMs = 0, value = this.history.length): Write | undefined {
    this.now++;
    const before = this.#content.get(key);
    if (!put && before === undefined) return undefined;
    const after = put ? value : undefined;
    const shard = this.stream?.shards.find((candidate) => isOpen(candidate) && holds(candidate, key));
    this.#sequence += 3n;
    const place = this.stream &&
      shard && { stream: this.stream.arn, shard: shard.id, sequence: this.#sequence };
    const second = Math.floor((this.now - lagMs) / 1000);
    const readableAt = this.now + (this.#options.lateMs?.() ?? 0);
    const write: Write = { at: this.now, second, readableAt, key, before, after, place };
    this.history.push(write);
    shard?.writes.push(write);
    if (after === undefined) this.#content.delete(key);
    else this.#content.set(key, after);
    return write;
  }

  split(which: number, children: 1 | 2, hiddenFor = 0): void {
    const open = this.stream?.shards.filter(isOpen) ?? [];
    const parent = open[which % open.length];
    if (parent === undefined || parent.to - parent.from < 2) return;
    parent.closedAt = this.now;
    const middle = children === 1 ? parent.to : Math.floor((parent.from + parent.to) / 2);
    const add = (from: number, to: number) =>
      this.stream?.shards.push(this.#shard(from, to, parent.id, hiddenFor));
    add(parent.from, middle);
    if (middle < parent.to) add(middle, parent.to);
  }

  /** Disables the stream: all its shards are closed and have no children. */
  switchOff(): void {
    const stream = this.stream;
    if (stream === undefined) return;
    stream.enabled = false;
    for (const shard of stream.shards) shard.closedAt ??= this.now;
  }

  /** Deletes the table. Its stream is disabled, and stays readable for a day. */
  drop(status?: 'DELETING'): void {
    this.switchOff();
    this.status = status;
  }

  switchOn(): void {
    this.now++;
    const stream: SimulatedStream = {
      arn: `arn:aws:dynamodb:us-east-1:111122223333:table/${this.name}/stream/${this.now}`,
      createdAt: this.now,
      enabled: true,
      shards: [],
    };
    this.streams.push(stream);
    // Two roots, as for a table with two partitions.
    stream.shards.push(this.#shard(0, slots / 2), this.#shard(slots / 2, slots));
  }

  /** Removes records older than 24 hours, and closed shards without any other records. */
  trim(): void {
    const oldest = this.now - 24 * 60 * 60 * 1000;
    for (const shard of this.streams.flatMap((stream) => stream.shards)) {
      shard.trimmed = shard.writes.filter((write) => write.at < oldest).length;
      shard.gone = shard.closedAt !== undefined && shard.closedAt < oldest;
    }
  }

  /** True if a write is before the cut. Throws if the cut is ambiguous. */
  isBefore(write: Write, cut: StreamCut): boolean {
    const stream = this.#find(cut.stream);
    const { place } = write;
    if (place?.stream !== cut.stream) return write.at <= stream.createdAt;
    const lineage = this.#lineage(stream, place.shard);
    const position = cut.shards[place.shard];
    const cutShards = Object.keys(cut.shards);
    const above = lineage.filter((id) => id !== place.shard && cutShards.includes(id));
    const below = cutShards.filter(
      (id) => id !== place.shard && this.#lineage(stream, id).includes(place.shard),
    );
    const answers = [position !== undefined, above.length > 0, below.length > 0].filter(Boolean);
    if (answers.length !== 1 || above.length > 1)
      throw new Error(`the cut is not clear about ${place.shard}`);
    if (position === undefined) return below.length > 0;
    return position !== 'start' && place.sequence <= BigInt(position);
  }

  /** Returns the content at a cut, from the history alone. */
  contentAt(cut: StreamCut): Map<number, number> {
    const content = new Map<number, number>();
    for (const write of this.history.filter((candidate) => this.isBefore(candidate, cut))) {
      if (write.after === undefined) content.delete(write.key);
      else content.set(write.key, write.after);
    }
    return content;
  }

  /** Answers a command of the streams' client. Throws what DynamoDB throws. */
  answer(command: object): object {
    if (command instanceof DescribeStreamCommand) return { StreamDescription: this.#describe(command.input) };
    if (command instanceof GetShardIteratorCommand) return { ShardIterator: this.#iterator(command.input) };
    if (!(command instanceof GetRecordsCommand)) throw new Error('no such call');
    this.meanwhile();
    return this.#records(command.input);
  }

  #describe(input: DescribeStreamCommand['input']): object {
    const stream = this.#find(input.StreamArn);
    const after = input.ExclusiveStartShardId ?? '';
    if (after === '') for (const shard of stream.shards) shard.hiddenFor = Math.max(0, shard.hiddenFor - 1);
    const shards = stream.shards.filter((shard) => !shard.gone && shard.id > after);
    const hidden = new Set(stream.shards.filter((shard) => shard.hiddenFor > 0).map(({ id }) => id));
    const listed = shards.filter(({ id }) => !this.#lineage(stream, id).some((each) => hidden.has(each)));
    const page = listed.slice(0, Math.min(shardsPerPage, input.Limit ?? 100));
    return {
      CreationRequestDateTime: new Date(stream.createdAt),
      StreamStatus: stream.enabled ? 'ENABLED' : 'DISABLED',
      Shards: page.map(({ id, parent }): Shard => ({ ShardId: id, ParentShardId: parent })),
      LastEvaluatedShardId: page.length < listed.length ? page.at(-1)?.id : undefined,
    };
  }

  #iterator(input: GetShardIteratorCommand['input']): string {
    const shard = this.#find(input.StreamArn).shards.find(({ id }) => id === input.ShardId);
    if (shard === undefined || shard.gone) throw notFound();
    if (input.ShardIteratorType === 'TRIM_HORIZON') return iteratorOf(shard, shard.trimmed);
    if (input.ShardIteratorType !== 'AFTER_SEQUENCE_NUMBER') throw new Error('an iterator of no use here');
    const index = shard.writes.findIndex(
      ({ place }) => place && toSequenceNumber(place.sequence) === input.SequenceNumber,
    );
    if (index < 0) throw new Error(`${input.SequenceNumber} is not of ${shard.id}`);
    if (index < shard.trimmed) throw new TrimmedDataAccessException({ message: 'trimmed', $metadata: {} });
    return iteratorOf(shard, index + 1);
  }

  #records(input: GetRecordsCommand['input']): object {
    const { id, index, empty }: Place = JSON.parse(input.ShardIterator ?? '');
    const shard = this.streams.flatMap((stream) => stream.shards).find((candidate) => candidate.id === id);
    if (shard === undefined || shard.gone) throw notFound();
    if (index < shard.trimmed) throw new TrimmedDataAccessException({ message: 'trimmed', $metadata: {} });
    if (empty < this.#options.emptyPages && this.#chance(3)) {
      return { Records: [], NextShardIterator: iteratorOf(shard, index, empty + 1) };
    }
    const end = index + Math.min(input.Limit ?? 1000, this.#options.recordsPerPage);
    const unreadable = shard.writes.findIndex((write, i) => i >= index && write.readableAt > this.now);
    const page = shard.writes.slice(index, unreadable < 0 ? end : Math.min(end, unreadable));
    // The last page of a closed shard has its last records, or is an empty page after them.
    const ends =
      !isOpen(shard) && index + page.length >= shard.writes.length && (page.length === 0 || this.#chance(2));
    return {
      Records: page.map(recordOf),
      ...(!ends && { NextShardIterator: iteratorOf(shard, index + page.length) }),
    };
  }

  #shard(from: number, to: number, parent?: string, hiddenFor = 0): SimulatedShard {
    this.#shardCount++;
    return {
      id: `shardId-${String(this.#shardCount).padStart(20, '0')}`,
      parent,
      from,
      to,
      writes: [],
      closedAt: undefined,
      trimmed: 0,
      gone: false,
      hiddenFor,
    };
  }

  #find(arn: string | undefined): SimulatedStream {
    const stream = this.streams.find((candidate) => candidate.arn === arn);
    if (stream === undefined) throw notFound();
    return stream;
  }

  /** Returns the ids of a shard and its ancestors. */
  #lineage(stream: SimulatedStream, id: string): string[] {
    const shard = stream.shards.find((candidate) => candidate.id === id);
    return shard?.parent === undefined ? [id] : [id, ...this.#lineage(stream, shard.parent)];
  }

  /** True once in `n` times, by the seed. */
  #chance(n: number): boolean {
    this.#random = (this.#random * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor(this.#random / 65_536) % n === 0;
  }
}

interface Place {
  readonly id: string;
  readonly index: number;
  readonly empty: number;
}

function iteratorOf({ id }: SimulatedShard, index: number, empty = 0): string {
  return JSON.stringify({ id, index, empty } satisfies Place);
}

function isOpen(shard: SimulatedShard): boolean {
  return shard.closedAt === undefined;
}

function holds(shard: SimulatedShard, key: number): boolean {
  return slotOf(key) >= shard.from && slotOf(key) < shard.to;
}

/**
 * Words a sequence number as a stream may: some have a zero in front, as those of a well-known emulator have. Because the
 * numbers get longer, a comparison as text is always wrong.
 */
export function toSequenceNumber(sequence: bigint): string {
  return sequence % 2n === 0n ? `0${sequence}` : String(sequence);
}

function recordOf({ key, before, after, second, place }: Write): StreamRecord {
  return {
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    dynamodb: {
      ApproximateCreationDateTime: new Date(second * 1000),
      SequenceNumber: place && toSequenceNumber(place.sequence),
      Keys: { pk: { S: `k${key}` } },
      ...(before !== undefined && { OldImage: itemOf(key, before) }),
      ...(after !== undefined && { NewImage: itemOf(key, after) }),
    },
  };
}

function notFound(): ResourceNotFoundException {
  return new ResourceNotFoundException({ message: 'no such stream or shard', $metadata: {} });
}
