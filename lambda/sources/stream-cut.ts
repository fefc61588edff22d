import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { Clock } from '../runtime/clock.ts';
import {
  describeStream,
  fromStart,
  readShard,
  type Shard,
  StreamGap,
  type StreamRecord,
} from '../tables/stream.ts';

/** A shard that is being read. */
export interface Lane {
  readonly shard: string;
  /** The last record that belongs to the snapshot, or "start": where the snapshot ends in this shard. */
  cut: string;
  /** The last record read, or "start". */
  read: string;
  /** A record behind the cut was seen, here or in an ancestor: everything that follows is behind it too. */
  beyond: boolean;
  /** An ancestor's cut stands for this shard: it has none of its own. */
  readonly inherited: boolean;
  done: boolean;
  /** Read to its end inside the cut: its children stand for it. */
  replaced: boolean;
}

export interface CutRules {
  readonly stream: string;
  /** The cut is before a shard's first record of a later second than this (epoch seconds). */
  readonly markerSecond: number;
  /**
   * Records behind the cut are read too, up to this second: for correcting a scan or an export that ended in it. A shard
   * is done at the first record behind both.
   */
  readonly until: number;
  /** So many empty pages in a row mean that an open shard has no more. */
  readonly emptyPages: number;
}

export interface Reader {
  /** Takes a record; `beyond` says that it is behind the cut. */
  take(record: StreamRecord, beyond: boolean): Promise<void>;
  /** True when the invocation's time is used up. */
  overdue(): boolean;
}

/** A shard to be read from behind a position; `inherited`: all of it is behind an ancestor's cut. */
export function lane(shard: string, position: string, inherited = false): Lane {
  return {
    shard,
    cut: position,
    read: position,
    beyond: inherited,
    inherited,
    done: false,
    replaced: false,
  };
}

/** Between two empty pages, so that an open shard has time to show what it holds. */
const emptyPagePauseMs = 200;

/** Between two looks for the children of a closed shard. DescribeStream serves 10 calls a second. */
const listingPauseMs = 1000;

/**
 * Reads lanes, and the shards that follow them, as far as the rules say. Lanes are moved in place, so that reading
 * can go on from them later; true when all are done. Throws `StreamGap`.
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
    if (end === 'closed' && !(await follow(services, lanes, current, rules, reader))) return false;
    current.done = true;
    if (reader.overdue()) break;
  }
  return lanes.every((lane) => lane.done);
}

/** Where the snapshot ends, by shard. */
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
  for await (const page of readShard(streams, rules.stream, lane.shard, lane.read)) {
    for (const record of page.records) {
      if (record.second > rules.markerSecond) lane.beyond = true;
      if (lane.beyond && record.second > rules.until) return 'enough';
      await reader.take(record, lane.beyond);
      lane.read = record.sequence;
      if (!lane.beyond) lane.cut = record.sequence;
    }
    if (page.closed) return 'closed';
    empty = page.records.length === 0 ? empty + 1 : 0;
    if (empty >= rules.emptyPages) return 'enough';
    // Not after an empty page: the next call would begin to count them anew, and perhaps never get on.
    if (empty === 0 && reader.overdue()) return 'overdue';
    if (empty > 0) await clock.sleep(emptyPagePauseMs);
  }
  return 'closed';
}

/**
 * The children of a shard that was read to its end take its place: from their start, inside the cut if it was. A
 * shard of a stream that was switched off has none and keeps its place. While the stream is on, children that are not
 * listed yet are waited for: what they hold may belong to the snapshot. False: the time is used up before.
 */
async function follow(
  { streams, clock }: { readonly streams: DynamoDBStreamsClient; readonly clock: Clock },
  lanes: Lane[],
  closed: Lane,
  rules: CutRules,
  reader: Reader,
): Promise<boolean> {
  for (;;) {
    const { enabled, shards } = await describeStream(streams, rules.stream);
    const children = shards.filter((shard) => shard.parent === closed.shard);
    for (const { id } of children) lanes.push(lane(id, fromStart, closed.beyond));
    closed.replaced = children.length > 0 && !closed.beyond;
    if (children.length > 0 || !enabled) return true;
    if (reader.overdue()) return false;
    await clock.sleep(listingPauseMs);
  }
}

/**
 * The shards from which every record after a second is found, when no snapshot says where to begin: from the newest
 * shards back to ones that begin no later than it, or to the oldest there are. Throws `StreamGap` if there are none.
 */
export async function lanesAround(
  streams: DynamoDBStreamsClient,
  arn: string,
  second: number,
): Promise<Lane[]> {
  const { shards } = await describeStream(streams, arn);
  const byId = new Map(shards.map((shard) => [shard.id, shard]));
  const parents = new Set(shards.map((shard) => shard.parent));
  const found = new Map<string, Lane>();
  const visit = async (shard: Shard): Promise<void> => {
    if (found.has(shard.id)) return;
    const parent = shard.parent === undefined ? undefined : byId.get(shard.parent);
    if (parent !== undefined && !(await beginsBy(streams, arn, shard, second))) return visit(parent);
    found.set(shard.id, lane(shard.id, fromStart));
  };
  for (const shard of shards) if (!parents.has(shard.id)) await visit(shard);
  if (found.size === 0) throw new StreamGap('the stream has no shards');
  return withoutDescendants([...found.values()], byId);
}

async function beginsBy(
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

/** A shard whose ancestor is read is reached from there; reading it twice would mix up its cut. */
function withoutDescendants(lanes: readonly Lane[], byId: ReadonlyMap<string, Shard>): Lane[] {
  const chosen = new Set(lanes.map((lane) => lane.shard));
  const hasChosenAncestor = (id: string | undefined): boolean => {
    const parent = id === undefined ? undefined : byId.get(id)?.parent;
    return parent !== undefined && (chosen.has(parent) || hasChosenAncestor(parent));
  };
  return lanes.filter((lane) => !hasChosenAncestor(lane.shard));
}
