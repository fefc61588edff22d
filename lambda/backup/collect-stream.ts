import { markerOf } from '../model/ids.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { readManifest } from '../snapshot/format/manifest.ts';
import { type StagedFile, StagedFiles } from '../sources/staged-files.ts';
import {
  type CutRules,
  type Lane,
  lane,
  lanesAround,
  type Reader,
  readLanes,
} from '../sources/stream-cut.ts';
import { describeStream, StreamGap, type StreamRecord } from '../tables/stream.ts';
import { type BackupPlan, names, type ScanResult, type StreamResult } from './backup-plan.ts';
import { Budget } from '../jobs/budget.ts';
import { partName, type Staging } from '../jobs/staging.ts';

/** What came of an invocation: the staged files at the end, or that there is more to do or to wait for. */
export type Collected =
  | { readonly status: 'done'; readonly files: readonly StagedFile[] }
  | { readonly status: 'more' }
  | { readonly status: 'wait'; readonly waitSeconds: number };

/** A record that stands before a scan's begin by more than this was seen by the scan, whatever the clocks say. */
const clockSkewSeconds = 60;

/** From this second on, a record may be newer than what the scan saw. */
function firstUnseenSecond(plan: BackupPlan): number {
  return Math.floor(plan.startedAt / 1000) - clockSkewSeconds;
}

/** Trimming is checked against the age of the parent again after reading: streams keep 24 hours. */
const streamMemoryMs = 24 * 60 * 60 * 1000;

/**
 * Stages the stream's records up to the cut and, for a base, what corrects the scan back to the cut. Throws `StreamGap`
 * if the stream does not hold them any more.
 */
export async function collectStream(
  services: Services,
  staging: Staging,
  plan: BackupPlan,
  part: number,
): Promise<Collected> {
  const scanned = await scanResults(staging, plan);
  const { settleMs } = services.config;
  const seen = Math.max(plan.replay?.until ?? 0, ...scanned.map((result) => result.endedAt)) + settleMs;
  const readable = Math.max(plan.marker + settleMs, seen);
  const waitSeconds = Math.ceil((readable - services.clock.now()) / 1000);
  if (waitSeconds > 0) return { status: 'wait', waitSeconds };
  const { done } = await staging.publishOnce<StreamResult>(partName(names.stream, part), () =>
    read(services, { staging, plan, part, seen }),
  );
  if (!done) return { status: 'more' };
  const streamed = await staging.readParts<StreamResult>(names.stream);
  return { status: 'done', files: [...scanned, ...streamed].flatMap((result) => result.files) };
}

async function scanResults(staging: Staging, plan: BackupPlan): Promise<ScanResult[]> {
  const segments = Array.from({ length: plan.segments }, (_, i) =>
    staging.readParts<ScanResult>(names.scan(i)),
  );
  return (await Promise.all(segments)).flat();
}

interface Reading {
  readonly staging: Staging;
  readonly plan: BackupPlan;
  readonly part: number;
  /** Epoch ms: what is to be corrected, a scan or an export that the parent ends with, may hold what came until then. */
  readonly seen: number;
}

async function read(services: Services, { staging, plan, part, seen }: Reading): Promise<StreamResult> {
  const attempt = services.ids.hex(8);
  const files = new StagedFiles(services.store, services.config.limits.stagedFileBytes, (n) =>
    staging.key(`stream/${part}-${attempt}-${n}.json.gz`),
  );
  const lanes = await lanesOf(services, staging, plan, part);
  const rules: CutRules = {
    stream: streamOf(plan),
    markerSecond: Math.floor(plan.marker / 1000),
    until: Math.ceil(seen / 1000),
    emptyPages: services.config.emptyPages,
  };
  const budget = new Budget(services.clock, services.config.timeBudgetMs);
  const done = await readLanes(services, lanes, rules, taker(plan, files, budget));
  if (services.clock.now() - oldest(plan) > streamMemoryMs) {
    throw new StreamGap('the changes since the last snapshot may have been trimmed');
  }
  return { done, files: await files.close(), lanes };
}

/**
 * Where this part begins: where the last one ended, at the parent's cut, or around the marker. A stream that is younger
 * than the request is read from its start, which is then the cut.
 */
async function lanesOf(
  services: Services,
  staging: Staging,
  plan: BackupPlan,
  part: number,
): Promise<Lane[]> {
  if (part > 0) {
    const before = await staging.read<StreamResult>(partName(names.stream, part - 1));
    return before.lanes.map((lane) => ({ ...lane }));
  }
  const stream = streamOf(plan);
  if (plan.replay !== undefined) {
    return lanesAround(services.streams, stream, Math.floor(plan.replay.since / 1000));
  }
  const { enabled, shards } = await describeStream(services.streams, stream);
  if (plan.parent !== undefined) {
    const { manifest } = await readManifest(services.store, plan.table.tableId, plan.parent);
    if (!('stream' in manifest.cut))
      throw new TidemarkError('Internal', 'the parent does not end in a stream');
    const present = new Set(shards.map((shard) => shard.id));
    return Object.entries(manifest.cut.shards).map(([shard, position]) => {
      if (!present.has(shard)) throw new StreamGap(`shard ${shard} is no longer in the stream`);
      return lane(shard, position);
    });
  }
  // The scan has ended. What it saw of writes that the stream does not tell of cannot be corrected.
  if (!enabled) throw new StreamGap('the stream was switched off during the scan');
  // Whatever comes before the lanes is taken to be before the cut and seen by the scan, so it must be long before.
  const second = Math.min(Math.floor(plan.marker / 1000) - clockSkewSeconds, firstUnseenSecond(plan));
  return lanesAround(services.streams, stream, second);
}

function streamOf({ stream }: BackupPlan): string {
  if (stream === undefined) throw new TidemarkError('Internal', 'the plan names no stream');
  return stream;
}

/**
 * With a parent, records up to the cut are its changes. For a base they may be newer than what the scan saw, so they
 * count over it. Of the records behind the cut, of which scan or export may have seen, the first one's old image is what
 * the key held at the cut.
 */
function taker(plan: BackupPlan, files: StagedFiles, budget: Budget): Reader {
  const firstUnseen = firstUnseenSecond(plan);
  return {
    overdue: () => budget.isSpent(),
    async take({ sequence, second, keys, oldImage, newImage }: StreamRecord, beyond: boolean): Promise<void> {
      if (beyond) {
        await files.addChange({ order: reversed(sequence), keys, oldImage: undefined, newImage: oldImage });
      } else if (plan.parent !== undefined || second >= firstUnseen) {
        await files.addChange({ order: sequence, keys, oldImage, newImage });
      }
    },
  };
}

/** Above every sequence number (they have at most 40 digits), and the smaller the later: the first record wins. */
function reversed(sequence: string): string {
  return String(2n * 10n ** 41n - BigInt(sequence));
}

/** From when on the stream must hold all changes: epoch ms. */
function oldest({ replay, parent, marker }: BackupPlan): number {
  // A parent is a snapshot of its own request's time, which is in its id.
  return replay?.since ?? (parent === undefined ? marker : markerOf(parent));
}
