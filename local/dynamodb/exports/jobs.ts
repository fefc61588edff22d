import { isDeepStrictEqual } from 'node:util';
import { createBackupId } from '../../../lambda/model/ids.ts';
import type { JsonObject } from '../../../lambda/dialects/dynamodb/json.ts';
import type { Clock } from '../../../lambda/runtime/clock.ts';
import { reasonOf } from '../../../lambda/runtime/errors.ts';
import type { Ids } from '../../../lambda/runtime/ids.ts';
import type { Log } from '../../../lambda/runtime/logger.ts';
import { createEntriesWriter, readEntries } from '../../json-file.ts';

/** What the descriptions of exports and of imports have in common. */
interface Described {
  readonly StartTime?: Date | undefined;
  readonly EndTime?: Date | undefined;
  readonly TableArn?: string | undefined;
}

export interface Job<D> {
  readonly token: string;
  /** The decoded request without its token. */
  readonly request: JsonObject;
  /** As it is described while it is in progress. */
  readonly begun: D;
  /** As it is described from its EndTime on. */
  readonly ended?: D;
}

export interface JobOptions {
  /** Remembers the jobs over restarts. */
  readonly file: string;
  /** A job stays in progress for at least so long. */
  readonly jobMs: number;
  /** So many jobs can be in progress at once. */
  readonly most: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** "A client token is valid for 8 hours" (API reference of both operations). */
const tokenLifeMs = 8 * 60 * 60 * 1000;

/** The largest page of ListExports and ListImports. */
const pageJobs = 25;

/** Dates in a description; in a request the same names have numbers. */
const dates = new Set(['ExportTime', 'ExportFromTime', 'ExportToTime', 'StartTime', 'EndTime']);

/** The jobs of one kind by their ARN, in a file that holds the old ones or the new ones, never half. */
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
    return new Jobs(options, await readEntries<Job<D>>(options.file, revived));
  }

  /** The job begun with this token, and whether it was for the same request. */
  begunWith(token: string, request: JsonObject): { arn: string; same: boolean } | undefined {
    const now = this.#options.clock.now();
    for (const [arn, job] of this.#jobs) {
      if (job.token !== token || timeOf(job.begun.StartTime) + tokenLifeMs < now) continue;
      return { arn, same: isDeepStrictEqual(job.request, request) };
    }
    return undefined;
  }

  /** False while as many are in progress as can be. */
  hasRoom(): boolean {
    const inProgress = [...this.#jobs.values()].filter((job) => this.#shown(job) === job.begun);
    return inProgress.length < this.#options.most;
  }

  /** Resolves when the job is remembered. */
  add(arn: string, job: Job<D>): Promise<void> {
    this.#jobs.set(arn, job);
    return this.#save();
  }

  /** The jobs that a killed process has left. */
  unended(): [arn: string, Job<D>][] {
    return [...this.#jobs].filter(([, job]) => job.ended === undefined);
  }

  /** Has the job done while nobody waits. `work` gives what is then said of it besides; it must not fail. */
  run(arn: string, work: (job: Job<D>) => Promise<Partial<D>>): void {
    const running = this.#end(arn, work)
      .catch((error: unknown) => {
        this.#options.log.error('the end of a job is not remembered', { arn, reason: reasonOf(error) });
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Says how far a job is that is in progress. */
  progress(arn: string, figures: Partial<D>): void {
    const job = this.#jobs.get(arn);
    if (job !== undefined) this.#jobs.set(arn, { ...job, begun: { ...job.begun, ...figures } });
  }

  /** When a job that is at its end now will be said to have ended. */
  endTime({ begun }: Job<D>): Date {
    const { clock, jobMs } = this.#options;
    return new Date(Math.max(clock.now(), timeOf(begun.StartTime) + jobMs));
  }

  describe(arn: string): D | undefined {
    const job = this.#jobs.get(arn);
    return job && this.#shown(job);
  }

  /** True if a job is described so. */
  some(is: (description: D) => boolean): boolean {
    return this.#jobs.values().some((job) => is(this.#shown(job)));
  }

  /** A page in the order of the ARNs; `next` is where the next one begins. */
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

  /** Resolves when no job is being worked at. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #end(arn: string, work: (job: Job<D>) => Promise<Partial<D>>): Promise<void> {
    const begun = this.#jobs.get(arn);
    if (begun === undefined) return;
    const members = await work(begun);
    const job = this.#jobs.get(arn) ?? begun;
    this.#jobs.set(arn, { ...job, ended: { ...job.begun, EndTime: this.endTime(job), ...members } });
    await this.#save();
  }

  #shown({ begun, ended }: Job<D>): D {
    return ended === undefined || timeOf(ended.EndTime) > this.#options.clock.now() ? begun : ended;
  }
}

/** As DynamoDB's, which are like those of its backups. */
export function createJobId(clock: Clock, ids: Ids): string {
  return createBackupId(clock.now(), ids.hex(8));
}

function timeOf(date: Date | undefined): number {
  return date?.getTime() ?? 0;
}

function revived(name: string, value: unknown): unknown {
  return dates.has(name) && typeof value === 'string' ? new Date(value) : value;
}
