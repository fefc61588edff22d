import { computeCost, GB, type Price, prices } from '../../lambda/estimate/prices.ts';
import { monthsUntilEnd, type Bill } from './bill.ts';
import type { Scenario } from './scenario.ts';
import { computeRecoveryUsd } from './tidemark.ts';

/** Bills DynamoDB's on-demand backups. Each is billed for the table's whole size. */
export function billOnDemandBackups(scenario: Scenario): Bill {
  return billWholeCopies(scenario, 'DynamoDB on-demand backups', prices.dynamodb.backup);
}

/** Bills backups by AWS Backup. Each is billed for the table's whole size. */
export function billAwsBackup(scenario: Scenario): Bill {
  return billWholeCopies(scenario, 'AWS Backup', prices.backup.storage);
}

/**
 * Bills point-in-time recovery without backups. It restores any second of the last 35 days, but nothing once the table has
 * been deleted for 35 days.
 */
export function billRecovery(scenario: Scenario): Bill {
  return {
    way: 'Point-in-time recovery alone',
    storedBytes: 0,
    readBytes: 0,
    requests: 1,
    charges: [{ what: 'point-in-time recovery of the table', usd: computeRecoveryUsd(scenario) }],
    keepUsd: computeRecoveryUsd({ ...scenario, days: 30 }),
  };
}

function billWholeCopies({ tableBytes, days }: Scenario, way: string, price: Price): Bill {
  const copies = days + 1;
  const months = Array.from({ length: copies }, (_, day) => monthsUntilEnd(day / days, days));
  const stored = (tableBytes / GB) * months.reduce((sum, each) => sum + each, 0);
  return {
    way,
    storedBytes: tableBytes * copies,
    readBytes: 0,
    requests: copies,
    charges: [{ what: 'storage of the backups', usd: computeCost(price, stored) }],
    keepUsd: computeCost(price, (tableBytes / GB) * copies),
  };
}
