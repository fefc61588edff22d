import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from '../item/attribute-value.ts';
import { toCanonicalItem } from '../item/canonical.ts';
import { fromSdk, toSdk } from '../item/from-sdk.ts';
import { Budget } from '../jobs/budget.ts';
import type { RestoreJob } from '../jobs/job.ts';
import { type PartResult, namePart, openRestoreStaging } from '../jobs/staging.ts';
import type { Services } from '../services/services.ts';
import type { Content } from '../snapshot/format/content.ts';
import { DigestSum, digestImage } from '../snapshot/format/digest.ts';
import { keyNamesOf } from '../snapshot/format/manifest.ts';
import { scanSegment } from '../sources/scan/scan-segment.ts';
import type { CurrentRestore } from './current-restore.ts';
import { describeTarget } from './target-table.ts';

/** The number and the digest of a table's items. */
export type TargetSum = Pick<Content, 'items' | 'digest'>;

/** The result of one part of the scan. */
interface ScannedPart extends PartResult, TargetSum {
  /** The last key that was read, as DynamoDB JSON; undefined at the table's end. */
  readonly next: object | undefined;
}

const task = 'verify';

/**
 * Adds up the number and the digest of the items of the restored table by a consistent scan. One call scans until its time
 * is used up, and publishes its result. Returns undefined if the scan has not reached the end: then the caller calls again.
 * Once the scan is done, each call returns the same sum.
 */
export async function sumTarget(
  services: Services,
  job: RestoreJob,
  current: CurrentRestore,
): Promise<TargetSum | undefined> {
  const staging = openRestoreStaging(services, job);
  const sum = new DigestSum();
  let items = 0;
  let last: ScannedPart | undefined;
  const add = (found: ScannedPart) => {
    last = found;
    items += found.items;
    sum.addHex(found.digest);
  };
  let part = 0;
  for (let found; (found = await staging.find<ScannedPart>(namePart(task, part))) !== undefined; part++)
    add(found);
  if (last?.done !== true) {
    add(await staging.publishOnce(namePart(task, part), () => scanPart(services, current, last?.next)));
  }
  return last?.done === true ? { items, digest: sum.toHex() } : undefined;
}

async function scanPart(
  services: Services,
  { restore }: CurrentRestore,
  start: object | undefined,
): Promise<ScannedPart> {
  const { clock, config, dynamodb } = services;
  const keyNames = keyNamesOf(restore.description);
  const budget = new Budget(clock, config.timeBudgetMs);
  const digest = new DigestSum();
  let items = 0;
  let next: Record<string, AttributeValue> | undefined;
  const from = start && toSdk(start as Item);
  for await (const page of scanSegment(dynamodb, restore.target, { number: 0, of: 1 }, from)) {
    for (const item of page.Items ?? []) {
      digest.add(digestImage(Buffer.from(toCanonicalItem(fromSdk(item), keyNames))));
      items++;
    }
    next = page.LastEvaluatedKey;
    if (budget.isSpent()) break;
  }
  // Another table may have got the name in the meantime.
  await describeTarget(services, restore);
  return { done: next === undefined, items, digest: digest.toHex(), next: next && fromSdk(next) };
}
