import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { Clock } from '../runtime/clock.ts';
import { isBusy } from '../runtime/throttling.ts';
import type { ShardList } from '../tables/shard-list.ts';
import {
  fromStart,
  readShard,
  type Shard,
  type Stream,
  StreamGap,
  type StreamRecord,
} from '../tables/stream.ts';

/**
 * Reads a stream up to a cut. A stream is a tree of shards, each a sequence of records; a closed shard is continued by its
 * children. A lane is one shard that is being read.
 *
 * - In: the lanes at which to begin, and the second of the marker.
 * - Out: every later record, each with a flag that says whether it is past the cut; and the cut, by shard.
 * - Always: the cut of a shard is the prefix before its first record of a later second than the marker's. Once a record
 *   past the cut has been seen, every later record of that shard and of its descendants is past the cut too.
 *
 * ```
 * shard A  1 1 2 2 3 |            closed before the cut: its children replace it
 *   child B          3 3 ^ 4 4    the cut of B is before its first record of second 4
 *   child C          ^ 4 3 5      the cut of C is its start: no record of it belongs to the snapshot
 *                                 marker's second: 3
 * ```
 */
export interface Lane {
  readonly shard: string;
  /** Where the snapshot ends in this shard: the last record that belongs to it, or "start". */
  cut: string;
  /** The last record read, or "start". */
  read: string;
  /** True once a record past the cut has been seen, in this shard or in an ancestor: every later record is past it too. */
  pastCut: boolean;
  /** True if this shard has no cut of its own, because the cut is in an ancestor. */
  readonly inherited: boolean;
  done: boolean;
  /** True if the whole shard is before the cut: the cut is in its children. */
  replaced: boolean;
}

export interface CutRules {
  /** The stream, with the shards that the invocation knows. */
  readonly shards: ShardList;
  /** The cut is before a shard's first record of a later second than this (epoch seconds). */
  readonly markerSecond: number;
  /**
   * Records past the cut are read too up to this second, to correct a scan or an export that ended in it. A shard is done
   * at its first record past both.
   */
  readonly until: number;
  /** How many empty pages in a row mean that an open shard has no more records. */
  readonly emptyPages: number;
}

export interface Reader {
  take(record: StreamRecord, isPastCut: boolean): Promise<void>;
  /** True when the invocation's time is used up. */
  isOverdue(): boolean;
}

/** Makes a lane that starts after a position; `inherited`: the whole shard is past an ancestor's cut. */
export function createLane(shard: string, position: string, inherited = false): Lane {
  return {
    shard,
    cut: position,
    read: position,
    pastCut: inherited,
    inherited,
    done: false,
    replaced: false,
  };
}

/** The pause between two empty pages, so that an open shard has time to show its records. */
const emptyPagePauseMs = 200;

/** The pause between two searches for the children of a closed shard. DescribeStream allows 10 calls a second. */
const listingPauseMs = 1000;

/**
 * Reads lanes, and the shards that follow them, as far as the rules say. It moves the lanes in place, so that a later
 * call can continue from them. Returns true when all lanes are done. Throws `StreamGap`.
 */
export async function readLanes(
  services: { readonly streams: DynamoDBStreamsClient; readonly clock: Clock },
  lanes: Lane[],
  rules: CutRules,
  reader: Reader,
): Promise<boolean> {
  for (let i = 0; i < lanes.length; i++) {
    const current = lanes[i];
    if (current === undefined || current.done) continue;
    const end = await readLane(services, current, rules, reader);
    if (end === 'overdue') return false;
    if (end === 'closed' && !(await followShard(services, lanes, current, rules, reader))) return false;
    current.done = true;
    if (reader.isOverdue()) break;
  }
  return lanes.every((lane) => lane.done);
}

/** The position by shard at which the snapshot ends. */
export function cutOf(lanes: readonly Lane[]): Record<string, string> {
  return Object.fromEntries(
    lanes.filter((lane) => !lane.inherited && !lane.replaced).map((lane) => [lane.shard, lane.cut]),
  );
}

async function readLane(
  { streams, clock }: { readonly streams: DynamoDBStreamsClient; readonly clock: Clock },
  lane: Lane,
  rules: CutRules,
  reader: Reader,
): Promise<'closed' | 'enough' | 'overdue'> {
  let empty = 0;
  for await (const page of readShard(streams, rules.shards.arn, lane.shard, lane.read)) {
    for (const record of page.records) {
      if (record.second > rules.markerSecond) lane.pastCut = true;
      if (lane.pastCut && record.second > rules.until) return 'enough';
      await reader.take(record, lane.pastCut);
      lane.read = record.sequence;
      if (!lane.pastCut) lane.cut = record.sequence;
    }
    if (page.closed) return 'closed';
    empty = page.records.length === 0 ? empty + 1 : 0;
    if (empty >= rules.emptyPages) return 'enough';
    // Does not stop after an empty page: the next call would count the empty pages from 0 again, and perhaps never finish.
    if (empty === 0 && reader.isOverdue()) return 'overdue';
    if (empty > 0) await clock.sleep(emptyPagePauseMs);
  }
  return 'closed';
}

/**
 * Adds the children of a shard that was read to its end: from their start, and before the cut if the shard was. A shard of
 * a stream that was switched off has no children and keeps its place. Until the stream is DISABLED, it waits for children that
 * are not listed yet, because their records may belong to the snapshot. False: the time was used up first.
 */
async function followShard(
  { clock }: { readonly clock: Clock },
  lanes: Lane[],
  closed: Lane,
  rules: CutRules,
  reader: Reader,
): Promise<boolean> {
  let listed: Stream | undefined = await rules.shards.describe();
  if (!listed.shards.some(({ parent }) => parent === closed.shard)) listed = await listAgain(rules.shards);
  for (; ; listed = await listAgain(rules.shards)) {
    const { ended, shards } = listed ?? nothingListed;
    const children = shards.filter((shard) => shard.parent === closed.shard);
    for (const { id } of children) lanes.push(createLane(id, fromStart, closed.pastCut));
    closed.replaced = children.length > 0 && !closed.pastCut;
    if (children.length > 0 || ended) return true;
    if (reader.isOverdue()) return false;
    await clock.sleep(listingPauseMs);
  }
}

const nothingListed: Pick<Stream, 'ended' | 'shards'> = { ended: false, shards: [] };

/** Lists the shards again; undefined if DynamoDB throttles that. */
async function listAgain(shards: ShardList): Promise<Stream | undefined> {
  try {
    return await shards.refresh();
  } catch (error) {
    if (!isBusy(error)) throw error;
    return undefined;
  }
}

/**
 * Finds the shards at which to begin without a parent, so that every record after a second is read: goes back from the
 * newest shards to shards that begin no later than that second, or to the oldest ones. Throws `StreamGap` if there are no
 * shards.
 */
export async function findLanesAround(
  streams: DynamoDBStreamsClient,
  list: ShardList,
  second: number,
): Promise<Lane[]> {
  const { shards } = await list.describe();
  const byId = new Map(shards.map((shard) => [shard.id, shard]));
  const parents = new Set(shards.map((shard) => shard.parent));
  const found = new Map<string, Lane>();
  const visit = async (shard: Shard): Promise<void> => {
    if (found.has(shard.id)) return;
    const parent = shard.parent === undefined ? undefined : byId.get(shard.parent);
    if (parent !== undefined && !(await hasBegunBy(streams, list.arn, shard, second))) return visit(parent);
    found.set(shard.id, createLane(shard.id, fromStart));
  };
  for (const shard of shards) if (!parents.has(shard.id)) await visit(shard);
  if (found.size === 0) throw new StreamGap('the stream has no shards');
  return withoutDescendants([...found.values()], byId);
}

async function hasBegunBy(
  streams: DynamoDBStreamsClient,
  arn: string,
  shard: Shard,
  second: number,
): Promise<boolean> {
  for await (const page of readShard(streams, arn, shard.id, fromStart)) {
    const first = page.records[0];
    return first !== undefined && first.second <= second;
  }
  return false;
}

/**
 * Leaves out shards whose ancestor is read: the reader reaches them through the ancestor, and a second lane would have
 * another cut.
 */
function withoutDescendants(lanes: readonly Lane[], byId: ReadonlyMap<string, Shard>): Lane[] {
  const chosen = new Set(lanes.map((lane) => lane.shard));
  const hasChosenAncestor = (id: string | undefined): boolean => {
    const parent = id === undefined ? undefined : byId.get(id)?.parent;
    return parent !== undefined && (chosen.has(parent) || hasChosenAncestor(parent));
  };
  return lanes.filter((lane) => !hasChosenAncestor(lane.shard));
}
