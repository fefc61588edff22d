import type { Clock } from '../runtime/clock.ts';
import { reasonOf, TidemarkError } from '../runtime/errors.ts';
import { isOutage, isThrottled } from '../runtime/throttling.ts';
import type { SnapshotItem } from '../snapshot/read/read-snapshot.ts';
import type { Budget } from '../jobs/budget.ts';
import type { RangeResult } from './current-restore.ts';
import { type BatchTarget, sendBatch, splitBatches } from './write-batch.ts';
import { WritePace } from './write-pace.ts';
import { type TrackedItem, WriteProgress } from './write-progress.ts';

/** The progress is published at this interval (ms), so that little is repeated after an invocation was killed. */
const publishMs = 30_000;

/** The maximum number of items by which requests are ahead of the first item that is not yet written. */
const maxSpan = 1000;

/** An invocation whose time is used up ends only after this many refusals in a row. Their pauses take half a minute. */
const minRefusals = 12;

export interface WriteWork extends BatchTarget {
  readonly clock: Clock;
  readonly budget: Budget;
  /** Throws if the table may no longer be written to. It is called before each request. */
  readonly check: () => Promise<void>;
  /** The items to write, in order. */
  readonly items: AsyncIterable<readonly SnapshotItem[]>;
  /** The digests of items that an earlier part has written. */
  readonly ahead: readonly string[];
}

/**
 * Writes items until all are written or the time is used up, at the pace that the table accepts. Yields the progress since
 * the last result: about twice a minute, at the end, and before it throws. A refused request is sent again, and is no failure
 * as long as the table accepts any items.
 *
 * Throws `WritesRefused` if the table accepted no item in all the time, and errors of requests that would fail again.
 */
export async function* writeItems(work: WriteWork): AsyncGenerator<RangeResult> {
  const writer = new ItemWriter(work);
  try {
    while (await writer.step()) {
      if (writer.isResultDue()) yield writer.takeResult();
    }
    await writer.finishRequests();
    if (writer.hasResult()) yield writer.takeResult();
    writer.checkEnd();
  } finally {
    await writer.finishRequests();
    await writer.close();
  }
}

class ItemWriter {
  readonly #work: WriteWork;
  readonly #progress: WriteProgress;
  readonly #pace = new WritePace();
  readonly #batches: AsyncGenerator<readonly TrackedItem[]>;
  readonly #running = new Set<Promise<void>>();
  /** Items that the table refused. They are sent again before others. */
  readonly #refused: (readonly TrackedItem[])[] = [];
  #isRead = false;
  #hasWritten = false;
  #publishedAt: number;
  #failure: unknown;
  #refusal: unknown;

  constructor(work: WriteWork) {
    this.#work = work;
    this.#progress = new WriteProgress(work.ahead);
    this.#batches = splitBatches(work.items, this.#progress);
    this.#publishedAt = work.clock.now();
  }

  /** Starts the next request, or waits until a request ends. Returns false if there is nothing to wait for, or it must stop. */
  async step(): Promise<boolean> {
    if (this.#failure !== undefined || this.#isSpent()) return false;
    const batch = this.#running.size < this.#pace.requests ? await this.#nextBatch() : undefined;
    if (batch === undefined) {
      if (this.#running.size === 0) return false;
      await Promise.race(this.#running);
      return true;
    }
    const pause = this.#pace.pauseMs();
    if (pause > 0) await this.#work.clock.sleep(pause);
    const request = this.#send(batch, this.#pace.round).finally(() => this.#running.delete(request));
    this.#running.add(request);
    return true;
  }

  isResultDue(): boolean {
    return this.#progress.items > 0 && this.#work.clock.now() - this.#publishedAt >= publishMs;
  }

  hasResult(): boolean {
    return this.#progress.items > 0 || this.#isDone();
  }

  takeResult(): RangeResult {
    this.#publishedAt = this.#work.clock.now();
    return this.#progress.takeResult(this.#isDone());
  }

  async finishRequests(): Promise<void> {
    await Promise.all(this.#running);
  }

  checkEnd(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#hasWritten || this.#isDone()) return;
    throw new TidemarkError(
      'WritesRefused',
      `${this.#work.table} accepted no item in all the time of this step: ${reasonOf(this.#refusal)}`,
    );
  }

  async close(): Promise<void> {
    await this.#batches.return(undefined);
  }

  #isSpent(): boolean {
    return this.#work.budget.isSpent() && (this.#hasWritten || this.#pace.refusals >= minRefusals);
  }

  #isDone(): boolean {
    return this.#isRead && !this.#progress.hasUnwritten();
  }

  async #nextBatch(): Promise<readonly TrackedItem[] | undefined> {
    const refused = this.#refused.shift();
    const isFarAhead = this.#progress.span >= maxSpan && this.#running.size > 0;
    if (refused !== undefined || this.#isRead || isFarAhead) return refused;
    try {
      const { done, value } = await this.#batches.next();
      this.#isRead = done === true;
      return done === true ? undefined : value;
    } catch (error) {
      this.#failure = error;
      return undefined;
    }
  }

  /** Never throws: a failure is kept, and ends the loop. */
  async #send(batch: readonly TrackedItem[], round: number): Promise<void> {
    const { refused, reason } = await this.#trySend(batch);
    const left = new Set(refused);
    const accepted = batch.filter((tracked) => !left.has(tracked));
    this.#progress.markWritten(accepted);
    this.#hasWritten ||= accepted.length > 0;
    if (this.#failure !== undefined && refused === batch) return;
    this.#pace.noteAnswer(round, accepted.length, refused.length > 0);
    if (refused.length === 0) return;
    this.#refusal = reason;
    this.#refused.push(refused);
  }

  async #trySend(batch: readonly TrackedItem[]): Promise<Sent> {
    try {
      await this.#work.check();
      const refused = await sendBatch(this.#work, batch);
      return { refused, reason: 'items were left unprocessed' };
    } catch (error) {
      if (!isThrottled(error) && !isOutage(error)) this.#failure ??= error;
      return { refused: batch, reason: error };
    }
  }
}

interface Sent {
  readonly refused: readonly TrackedItem[];
  /** Why items were refused. */
  readonly reason: unknown;
}
