import { GB, type Price, prices, readings } from '../../lambda/estimate/prices.ts';
import { estimateImport, estimateWrites } from '../../lambda/estimate/restore-estimate.ts';
import type { Span } from '../../lambda/estimate/span.ts';
import { assumptions } from '../../lambda/estimate/assumptions.ts';
import { type Bill, sumCharges } from './bill.ts';
import { billAwsBackup, billOnDemandBackups, billRecovery } from './native.ts';
import { assumed, itemsOf, measured, plainTable, type Scenario } from './scenario.ts';
import { billExport, billStream } from './tidemark.ts';

/** Writes the text of docs/costs.md for `npm run costs`. */
export function writeCostsDocument(scenario: Scenario): string {
  const bills = [billExport, billStream, billOnDemandBackups, billAwsBackup, billRecovery].map((way) =>
    way(scenario),
  );
  return [
    '# What backups cost',
    `\`npm run costs\` writes this page, and a test compares it with the script. Prices are those of ${prices.region}, the oldest as of ${prices.asOf} (\`lambda/estimate/prices.ts\`), without free tiers. A GB is 2^30 bytes, a month 30 days. Nothing here was measured on AWS: it is arithmetic, and each assumption is named below.`,
    `The table: ${gigabytes(scenario.tableBytes)}, ${number(itemsOf(scenario))} items of ${number(scenario.itemBytes)} bytes, no indexes. ${percent(scenario.churn)} of the items change each day. There is a backup at the start and one at the end of each of ${scenario.days} days: ${scenario.days + 1} backups, all kept.`,
    renderTable(
      [
        '',
        `USD in ${scenario.days} days`,
        'USD a month to keep them',
        'USD for one restore',
        'stored at the end, as billed',
        'read from DynamoDB',
        'requests',
      ],
      bills.map((bill) => toRow(bill, scenario)),
    ),
    '## What is paid for',
    renderTable(
      ['', 'for', 'USD'],
      bills.flatMap(({ way, charges }) => charges.map(({ what, usd }) => [way, what, money(usd)])),
    ),
    '## What follows',
    list(writeRemarks(bills, scenario)),
    '## Assumptions',
    list(writeAssumptions()),
    '## Prices',
    renderTable(['USD', 'for', 'page', 'read in', 'as of'], listPrices()),
    list(Object.entries(readings).map(([name, { date, text }]) => `${name}, ${date}: ${text}`)),
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}

function toRow(bill: Bill, scenario: Scenario): string[] {
  return [
    bill.way,
    money(sumCharges(bill)),
    money(bill.keepUsd),
    describeRestore(bill, scenario),
    bill.storedBytes === 0 ? 'no backups' : gigabytes(bill.storedBytes),
    bill.readBytes === 0 ? '' : gigabytes(bill.readBytes),
    number(bill.requests),
  ];
}

function describeRestore({ way }: Bill, scenario: Scenario): string {
  if (!way.startsWith('Tidemark')) return money((scenario.tableBytes / GB) * chooseRestorePrice(way));
  const size = { items: itemsOf(scenario), bytes: scenario.tableBytes };
  return `import ${span(estimateImport(size, plainTable).usd)}; writes ${span(estimateWrites(size, plainTable).usd)}`;
}

function chooseRestorePrice(way: string): number {
  return way === 'AWS Backup' ? prices.backup.restore.usd : prices.dynamodb.restore.usd;
}

function writeRemarks([exported, streamed, native]: readonly Bill[], { days }: Scenario): string[] {
  if (exported === undefined || streamed === undefined || native === undefined) return [];
  const recoveryUsd = exported.charges[0]?.usd ?? 0;
  return [
    `In these ${days} days, on-demand backups cost ${times(sumCharges(native), sumCharges(streamed))} what backups by stream cost, and ${times(sumCharges(native), sumCharges(exported))} what backups by export cost. To keep all of them and make no more costs ${money(exported.keepUsd)} USD a month by export, and ${money(native.keepUsd)} with on-demand backups.`,
    `Point-in-time recovery is ${percent(Math.round((100 * recoveryUsd) / sumCharges(exported)) / 100)} of what backups by export cost. For a table that has it anyway, backups add ${money(sumCharges(exported) - recoveryUsd)} USD.`,
    'Point-in-time recovery alone is cheaper than backups by export, if its 35 days are enough and nothing needs to be kept, searched or moved elsewhere.',
    'A restore costs more with Tidemark than with DynamoDB. By writes it costs several times as much.',
  ];
}

function writeAssumptions(): string[] {
  return [
    `Measured with the items of the [benchmark](benchmarks.md): lines of DynamoDB JSON are ${measured.json} times the size in DynamoDB. zstd -3 makes them ${measured.zstd} times smaller, gzip ${measured.gzip} times. A base takes ${number(measured.ingestSecondsPerGb)} CPU seconds per GB of lines. Copying the whole takes ${number(measured.copySecondsPerGb)}, and an increment ${measured.increment} of that.`,
    `A function has ${(assumptions.functionGb * 1024).toFixed(0)} MB. Its CPU does ${assumed.slower} times less in a second than that of the machine that measured.`,
    "The script runs the engine's own rule of compaction to find what increments write: 30 daily ones come to 1.55 copies of the table, where the benchmark measured 1.54. Each day is assumed to change other items than the days before.",
    `With a stream, the head is moved forward every 8 hours. So there are ${assumed.increments} increments a day, of which one is kept.`,
    `Staging is billed for ${assumptions.stagedMonths * 30} days: until the daily sweep, and then while the bucket keeps the deleted version. Runs that only internal snapshots needed are billed until the end, because the bucket keeps the deleted versions of runs for 30 days.`,
    `An incremental export is billed for ${assumed.exportImages} images of each changed item. The state machine checks ${assumed.exportPolls} times whether an export has ended.`,
    `The stream: a page has 1000 records or 1 MB. The table has a shard for each ${gigabytes(assumed.partitionBytes)}, which is replaced every ${assumed.shardHours} hours. Reading a shard ends after a few empty pages.`,
    `The scan reads consistently, in pages of 1 MB. Reading and staging takes ${measured.stageSecondsPerGb} CPU seconds per GB of lines: measured with pages from memory, so without the network, and assumed to be the same for each image in the stream. An export is DynamoDB's own work.`,
    'On-demand backups and AWS Backup are billed for the whole size of the table for each backup, for as long as it is kept.',
    'A restore is without global indexes. Its cost is what `tidemark estimate` says, with the assumptions in `lambda/estimate/assumptions.ts`.',
    "Left out: the catalog's reads and writes (a few dozen for each backup), logs, the three KMS keys (3 USD a month for a deployment) and the few calls to them, requests to the API, the daily sweep, verifying.",
  ];
}

function listPrices(): string[][] {
  return Object.values(prices).flatMap((service) => {
    if (typeof service === 'string') return [];
    const { page, ...named } = service;
    return Object.values<Price>(named).map(({ usd, per, unit, seen }) => [
      `${usd}`,
      per === 1 ? unit : `${number(per)} ${unit}`,
      page,
      seen,
      readings[seen].date,
    ]);
  });
}

function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const list = (texts: readonly string[]): string => texts.map((text) => `- ${text}`).join('\n');
const money = (usd: number): string => usd.toFixed(2);
const span = ({ low, high }: Span): string => `${low.toFixed(0)} to ${high.toFixed(0)}`;
const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });
const gigabytes = (bytes: number): string => `${number(bytes / GB)} GB`;
const percent = (share: number): string => `${share * 100} percent`;
const times = (more: number, less: number): string => `${(more / less).toFixed(0)} times`;
