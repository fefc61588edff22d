import { isDeepStrictEqual } from 'node:util';
import { createBackupId } from '../../../lambda/model/ids.ts';
import type { JsonObject } from '../../../lambda/dialects/dynamodb/json.ts';
import type { Clock } from '../../../lambda/runtime/clock.ts';
import { reasonOf } from '../../../lambda/runtime/errors.ts';
import type { Ids } from '../../../lambda/runtime/ids.ts';
import type { Log } from '../../../lambda/runtime/logger.ts';
import { createEntriesWriter, readEntries } from '../../json-file.ts';
import { waitFor } from '../../wait-for.ts';

/** The common members of the descriptions of exports and of imports. */
interface Described {
  readonly StartTime?: Date | undefined;
  readonly EndTime?: Date | undefined;
  readonly TableArn?: string | undefined;
}

export interface Job<D> {
  readonly token: string;
  /** The decoded request without its token. */
  readonly request: JsonObject;
  /** The description while the job is in progress. */
  readonly begun: D;
  /** The description from its EndTime on. */
  readonly ended?: D;
}

export interface JobOptions {
  /** The file in which the jobs survive restarts. */
  readonly file: string;
  /** A job is described as in progress for at least this long. */
  readonly minJobMs: number;
  /** At most this many jobs can be in progress at the same time. */
  readonly maxRunning: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** "A client token is valid for 8 hours" (API reference of both operations). */
const tokenLifeMs = 8 * 60 * 60 * 1000;

/** "DynamoDB keeps the list of exports and imports for 90 days" (developer guide). */
const listedMs = 90 * 24 * 60 * 60 * 1000;

/** At most this many ended jobs are kept: each change writes all jobs to the file. */
const maxEnded = 1000;

/** The largest page of ListExports and ListImports. */
const pageJobs = 25;

/** The members of a description that are dates. In a request, members of these names are numbers. */
const dates = new Set(['ExportTime', 'ExportFromTime', 'ExportToTime', 'StartTime', 'EndTime']);

/**
 * The jobs of one kind (exports or imports) by ARN, in a file that always holds either the old ones or the new ones.
 *
 *     add -> run (the work, in the background) -> ended; described as ended from its EndTime on
 *
 * A job whose process was killed is in `listUnfinished` of the next one, which runs it again.
 */
export class Jobs<D extends Described> {
  readonly #options: JobOptions;
  readonly #jobs: Map<string, Job<D>>;
  readonly #running = new Set<Promise<void>>();
  readonly #save: () => Promise<void>;

  private constructor(options: JobOptions, jobs: Map<string, Job<D>>) {
    this.#options = options;
    this.#jobs = jobs;
    this.#save = createEntriesWriter(options.file, jobs);
  }

  static async open<D extends Described>(options: JobOptions): Promise<Jobs<D>> {
    return new Jobs(options, await readEntries<Job<D>>(options.file, reviveDate));
  }

  /** Finds the job that began with this token, while the token is valid, and whether its request was the same. */
  findByToken(token: string, request: JsonObject): { arn: string; same: boolean } | undefined {
    const now = this.#options.clock.now();
    for (const [arn, job] of this.#jobs) {
      if (job.token !== token || timeOf(job.begun.StartTime) + tokenLifeMs < now) continue;
      return { arn, same: isDeepStrictEqual(job.request, request) };
    }
    return undefined;
  }

  /** False while the maximum of jobs is in progress. */
  hasRoom(): boolean {
    const inProgress = [...this.#jobs.values()].filter((job) => this.#describe(job) === job.begun);
    return inProgress.length < this.#options.maxRunning;
  }

  /** Adds a job. Resolves when it is in the file. */
  add(arn: string, job: Job<D>): Promise<void> {
    this.#forgetOld();
    this.#jobs.set(arn, job);
    return this.#save();
  }

  /** Forgets jobs that ended long ago, as DynamoDB does, and the oldest jobs if there are very many. */
  #forgetOld(): void {
    const deadline = this.#options.clock.now() - listedMs;
    const ended = [...this.#jobs].filter(([, job]) => job.ended !== undefined);
    for (const [i, [arn, job]] of ended.entries()) {
      if (timeOf(job.begun.StartTime) < deadline || i < ended.length - maxEnded) this.#jobs.delete(arn);
    }
  }

  /** Lists the jobs that a killed process did not finish. */
  listUnfinished(): [arn: string, Job<D>][] {
    return [...this.#jobs].filter(([, job]) => job.ended === undefined);
  }

  /** Runs the job in the background. `work` must not fail; it returns the members that its end adds to the description. */
  run(arn: string, work: (job: Job<D>) => Promise<Partial<D>>): void {
    const running = this.#end(arn, work)
      .catch((error: unknown) => {
        this.#options.log.error('the end of a job was not stored', { arn, reason: reasonOf(error) });
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Updates the figures of a job in progress. */
  updateProgress(arn: string, figures: Partial<D>): void {
    const job = this.#jobs.get(arn);
    if (job !== undefined) this.#jobs.set(arn, { ...job, begun: { ...job.begun, ...figures } });
  }

  /** The EndTime of a job whose work is done now. */
  endTime({ begun }: Job<D>): Date {
    const { clock, minJobMs } = this.#options;
    return new Date(Math.max(clock.now(), timeOf(begun.StartTime) + minJobMs));
  }

  describe(arn: string): D | undefined {
    const job = this.#jobs.get(arn);
    return job && this.#describe(job);
  }

  /** True if the description of some job matches. */
  some(is: (description: D) => boolean): boolean {
    return this.#jobs.values().some((job) => is(this.#describe(job)));
  }

  /** Lists a page in the order of the ARNs. `next` is the start of the next page. */
  list(table: string | undefined, limit = pageJobs, start = ''): { page: D[]; next: string | undefined } {
    const arns = [...this.#jobs.keys()]
      .filter((arn) => arn > start && (table === undefined || this.#jobs.get(arn)?.begun.TableArn === table))
      .sort();
    const page = arns.slice(0, limit);
    return {
      page: page.map((arn) => this.describe(arn)).filter((description) => description !== undefined),
      next: arns.length > limit ? page.at(-1) : undefined,
    };
  }

  /** Resolves when no job is running. Throws an `Error` if some are still running after `maxMs`. */
  async idle(maxMs: number): Promise<void> {
    const end = Date.now() + maxMs;
    while (this.#running.size > 0) {
      const left = Math.max(0, end - Date.now());
      await waitFor(`the end of ${this.#running.size} exports or imports`, Promise.all(this.#running), left);
    }
  }

  async #end(arn: string, work: (job: Job<D>) => Promise<Partial<D>>): Promise<void> {
    const begun = this.#jobs.get(arn);
    if (begun === undefined) return;
    const members = await work(begun);
    const job = this.#jobs.get(arn) ?? begun;
    this.#jobs.set(arn, { ...job, ended: { ...job.begun, EndTime: this.endTime(job), ...members } });
    await this.#save();
  }

  /** The description as of now. */
  #describe({ begun, ended }: Job<D>): D {
    return ended === undefined || timeOf(ended.EndTime) > this.#options.clock.now() ? begun : ended;
  }
}

/** Creates a job's id, which DynamoDB makes like the id of a backup. */
export function createJobId(clock: Clock, ids: Ids): string {
  return createBackupId(clock.now(), ids.hex(8));
}

function timeOf(date: Date | undefined): number {
  return date?.getTime() ?? 0;
}

function reviveDate(name: string, value: unknown): unknown {
  return dates.has(name) && typeof value === 'string' ? new Date(value) : value;
}
