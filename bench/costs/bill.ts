/** The cost of one way of making backups over the days of the scenario. */
export interface Bill {
  readonly way: string;
  /** The billed size of all backups at the end. */
  readonly storedBytes: number;
  /** How much is read from the table, its stream or its exports. */
  readonly readBytes: number;
  /** The number of requests that the backups make. */
  readonly requests: number;
  readonly charges: readonly Charge[];
  /** The price of each later month in which all backups are kept and no new backup is made. */
  readonly keepUsd: number;
}

export interface Charge {
  readonly what: string;
  readonly usd: number;
}

export function sumCharges({ charges }: Pick<Bill, 'charges'>): number {
  return charges.reduce((sum, { usd }) => sum + usd, 0);
}

/** How many months of 30 days an object is stored until the end. It is made after `share` (0 to 1) of the days. */
export function monthsUntilEnd(share: number, days: number): number {
  return ((1 - share) * days) / 30;
}
