import { markerOf } from '../../model/ids.ts';
import { TidemarkError } from '../../runtime/errors.ts';
import { readManifest } from '../../snapshot/format/manifest.ts';
import type { ShardList } from '../../tables/shard-list.ts';
import { StreamGap } from '../../tables/stream.ts';
import type { Collected, CollectWork, SourcePlan, SourceServices } from '../source.ts';
import { stageStream } from '../stage-stream.ts';
import { createLane, type Lane, findLanesAround } from '../stream-cut.ts';
import type { StreamOrigin } from './choose.ts';

/**
 * Stages the changes since the parent. If the parent ends with an export, it also stages old images that undo the export's
 * writes past the cut. Throws `StreamGap` if the stream no longer holds them, `SnapshotCorrupt` if the parent's manifest is
 * damaged.
 */
export function collectChanges(
  services: SourceServices,
  { stream, replay }: StreamOrigin,
  work: CollectWork,
): Promise<Collected> {
  const { parent, table } = work.plan;
  if (parent === undefined) throw new TidemarkError('Internal', 'the plan has changes and no parent');
  return stageStream(services, work, {
    stream,
    findLanes: (shards) =>
      replay === undefined
        ? findLanes(services, shards, table.tableId, parent)
        : findLanesAround(services.streams, shards, Math.floor(replay.since / 1000)),
    isChange: () => true,
    correctUntil: replay?.until ?? 0,
    // The marker in the parent's id is the time of its request.
    since: replay?.since ?? markerOf(parent.id),
  });
}

/** Finds the parent's cut in each shard. */
async function findLanes(
  { store }: SourceServices,
  list: ShardList,
  tableId: string,
  parent: NonNullable<SourcePlan['parent']>,
): Promise<Lane[]> {
  const { shards } = await list.describe();
  const { manifest } = await readManifest(store, tableId, parent.id, parent.manifestSha256);
  if (!('stream' in manifest.cut)) throw new TidemarkError('Internal', 'the parent does not end in a stream');
  const present = new Set(shards.map(({ id }) => id));
  return Object.entries(manifest.cut.shards).map(([shard, position]) => {
    if (!present.has(shard)) throw new StreamGap(`shard ${shard} is no longer in the stream`);
    return createLane(shard, position);
  });
}
