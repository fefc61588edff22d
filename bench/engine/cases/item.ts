import { createRandom } from '../../../cli/demo/random.ts';
import { toCanonicalKey } from '../../../lambda/item/canonical.ts';
import { fromSdk } from '../../../lambda/item/from-sdk.ts';
import { createKeyHash } from '../../../lambda/item/key-hash.ts';
import { countReads } from '../../../lambda/snapshot/read/counting-store.ts';
import { readManifest } from '../../../lambda/snapshot/format/manifest.ts';
import { readItem } from '../../../lambda/snapshot/read/read-item.ts';
import { keyName, keyOf } from '../items.ts';
import { measureCost, median, quantile, repeat, type Repetitions } from '../measure.ts';
import { table } from '../steps.ts';
import type { World } from '../world.ts';
import type { BackupId } from '../../../lambda/model/ids.ts';

export interface ItemResult {
  readonly medianMs: number;
  readonly p99Ms: number;
  /** The bytes and reads of one item, including the manifest. */
  readonly medianBytes: number;
  readonly medianReads: number;
  readonly requested: number;
  /** How many of the requested items the snapshot holds. */
  readonly found: number;
}

/** Measures reading one item by its key: the manifest, the indexes of its runs, then frames from the newest run on. */
export async function measureItemReads(
  { data, services }: World,
  snapshot: BackupId,
  repetitions: Repetitions,
): Promise<ItemResult> {
  const random = createRandom(data.seed);
  const reads = await repeat(repetitions, async () => {
    const store = countReads(services.store);
    const key = Buffer.from(toCanonicalKey(fromSdk(keyOf(Math.floor(random() * data.items))), [keyName]));
    let found = false;
    const { wall } = await measureCost(async () => {
      const { manifest } = await readManifest(store, table.tableId, snapshot);
      const { image } = await readItem(store, manifest, { hash: createKeyHash(manifest.hashKey)(key), key });
      found = image !== undefined;
    });
    return { ms: wall * 1000, ...store.reads, found };
  });
  const times = reads.map(({ ms }) => ms);
  return {
    medianMs: median(times),
    p99Ms: quantile(times, 0.99),
    medianBytes: median(reads.map(({ bytesRead }) => bytesRead)),
    medianReads: median(reads.map(({ requests }) => requests)),
    requested: reads.length,
    found: reads.filter(({ found }) => found).length,
  };
}
