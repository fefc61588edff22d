/** What one way of making backups comes to over the days of the scenario. */
export interface Bill {
  readonly way: string;
  /** What the backups take at the end, as it is billed. */
  readonly storedBytes: number;
  /** Read from the table, its stream or its exports. */
  readonly readBytes: number;
  /** Made by or for the backups. */
  readonly requests: number;
  readonly charges: readonly Charge[];
  /** For each month after, to keep them all and make no more. */
  readonly keepUsd: number;
}

export interface Charge {
  readonly what: string;
  readonly usd: number;
}

export function total({ charges }: Pick<Bill, 'charges'>): number {
  return charges.reduce((sum, { usd }) => sum + usd, 0);
}

/** For how many months of 30 days something is stored that is made when this share of the days is over. */
export function monthsLeft(over: number, days: number): number {
  return ((1 - over) * days) / 30;
}
