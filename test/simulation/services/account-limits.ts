/**
 * Calls a second that DynamoDB and Step Functions accept from one account, whatever the table, as their API references and
 * quotas say. For StartExecution it is the refill of the smaller regions, without the bucket of 800 calls.
 */
const callsASecond: Readonly<Record<string, number>> = {
  CreateBackup: 50,
  DescribeBackup: 10,
  DescribeContinuousBackups: 10,
  DescribeStream: 10,
  ListBackups: 5,
  ListTagsOfResource: 10,
  StartExecution: 150,
};

/** Counts the calls of one account in each second. */
export class AccountLimits {
  /** How many calls were refused, by their name. */
  readonly refused: Record<string, number> = {};
  readonly #counts = new Map<string, number>();
  #second = 0;

  /** Counts a call, and returns true if the account has used up its calls of this second. */
  refuses(call: string, now: number): boolean {
    const limit = callsASecond[call];
    if (limit === undefined) return false;
    const second = Math.floor(now / 1000);
    if (second !== this.#second) this.#counts.clear();
    this.#second = second;
    const count = (this.#counts.get(call) ?? 0) + 1;
    this.#counts.set(call, count);
    if (count <= limit) return false;
    this.refused[call] = (this.refused[call] ?? 0) + 1;
    return true;
  }
}
