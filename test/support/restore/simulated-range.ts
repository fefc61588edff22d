import { Budget } from '../../../lambda/jobs/budget.ts';
import type { RangeResult } from '../../../lambda/restore/current-restore.ts';
import { writeItems } from '../../../lambda/restore/write-items.ts';
import type { Clock } from '../../../lambda/runtime/clock.ts';
import { DigestSum } from '../../../lambda/snapshot/format/digest.ts';
import type { SnapshotItem } from '../../../lambda/snapshot/read/read-snapshot.ts';
import type { ThrottledTable } from './throttled-table.ts';

/** Makes the nth item, of about `bytes` bytes. Each third item has the hash of the item before it. */
export function makeItem(n: number, bytes: number): SnapshotItem {
  const key = `item-${n}`;
  const image = Buffer.from(`{"data":{"S":"${'x'.repeat(bytes - 50)}"},"pk":{"S":"${key}"}}`);
  return { hash: BigInt(n % 3 === 2 ? n - 1 : n), key: Buffer.from(key), image };
}

export interface RangeOptions {
  readonly clock: Clock;
  readonly table: ThrottledTable;
  readonly items: readonly SnapshotItem[];
  readonly budgetMs: number;
  /** Kills the invocations that run at this time: they send nothing more, and lose everything that they have not published. */
  readonly killAt?: number;
}

export interface SimulatedRange {
  /** The published parts. */
  readonly parts: readonly RangeResult[];
  /** How long the longest invocation took. */
  readonly longestMs: number;
}

/**
 * Writes a range as the state machine does: one invocation after another, each continuing after the last
 * published part. Repeats a failed invocation four times.
 */
export async function writeSimulatedRange(options: RangeOptions): Promise<SimulatedRange> {
  const parts: RangeResult[] = [];
  let longestMs = 0;
  for (let failures = 0; parts.at(-1)?.done !== true;) {
    const startedAt = options.clock.now();
    try {
      await invoke(options, parts);
      failures = 0;
      longestMs = Math.max(longestMs, options.clock.now() - startedAt);
    } catch (error) {
      if (++failures === 5) throw error;
      await options.clock.sleep(1000);
    }
  }
  return { parts, longestMs };
}

async function invoke(options: RangeOptions, parts: RangeResult[]): Promise<void> {
  const { clock, table, items, budgetMs, killAt = Infinity } = options;
  const startedAt = clock.now();
  const checkAlive = (): void => {
    if (startedAt < killAt && clock.now() >= killAt) throw new Error('killed');
  };
  const from = BigInt(`0x${parts.at(-1)?.next ?? '0'}`);
  const results = writeItems({
    dynamodb: table.dynamodb,
    table: 'restored',
    keyNames: ['pk'],
    clock,
    budget: new Budget(clock, budgetMs),
    check: async () => checkAlive(),
    items: inBatches(items.filter(({ hash }) => hash >= from)),
    ahead: parts.at(-1)?.ahead ?? [],
  });
  for await (const result of results) {
    checkAlive();
    parts.push(result);
  }
}

async function* inBatches(items: readonly SnapshotItem[]): AsyncGenerator<readonly SnapshotItem[]> {
  for (let i = 0; i < items.length; i += 512) yield items.slice(i, i + 512);
}

/** Adds up the parts as the end of a restore does. */
export function sumParts(parts: readonly RangeResult[]): { items: number; digest: string } {
  const digest = new DigestSum();
  for (const part of parts) digest.addHex(part.digest);
  return { items: parts.reduce((sum, part) => sum + part.items, 0), digest: digest.toHex() };
}
