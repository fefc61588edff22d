import { cost, GB, type Price, prices } from '../../lambda/estimate/prices.ts';
import { monthsLeft, type Bill } from './bill.ts';
import type { Scenario } from './scenario.ts';
import { recoveryUsd } from './tidemark.ts';

/** Every backup is billed with the table's whole size. */
export function onDemandBackups(scenario: Scenario): Bill {
  return wholeCopies(scenario, 'DynamoDB on-demand backups', prices.dynamodb.backup);
}

export function awsBackup(scenario: Scenario): Bill {
  return wholeCopies(scenario, 'AWS Backup', prices.backup.storage);
}

/** No backups, but every second of the last 35 days, and none of it once the table is gone for 35 days. */
export function recoveryAlone(scenario: Scenario): Bill {
  return {
    way: 'Point-in-time recovery alone',
    storedBytes: 0,
    readBytes: 0,
    requests: 1,
    charges: [{ what: 'point-in-time recovery of the table', usd: recoveryUsd(scenario) }],
    keepUsd: recoveryUsd({ ...scenario, days: 30 }),
  };
}

function wholeCopies({ tableBytes, days }: Scenario, way: string, price: Price): Bill {
  const copies = days + 1;
  const months = Array.from({ length: copies }, (_, day) => monthsLeft(day / days, days));
  const stored = (tableBytes / GB) * months.reduce((sum, each) => sum + each, 0);
  return {
    way,
    storedBytes: tableBytes * copies,
    readBytes: 0,
    requests: copies,
    charges: [{ what: 'storage of the backups', usd: cost(price, stored) }],
    keepUsd: cost(price, (tableBytes / GB) * copies),
  };
}
