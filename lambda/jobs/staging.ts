import type { BackupId } from '../model/records.ts';
import { isError, TidemarkError } from '../runtime/errors.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { BackupJob, Job, RestoreJob } from './job.ts';

/** What a part of a task answers; the last one says `done`. */
export interface PartResult {
  readonly done: boolean;
}

/**
 * A job's folder of work in progress. Plans and results are published once: whoever comes second, a repeat or a late
 * twin, gets the first one's, so that everybody goes on from the same facts.
 */
export class Staging {
  readonly #store: ObjectStore;
  readonly #prefix: string;

  constructor(store: ObjectStore, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }

  key(name: string): string {
    return `${this.#prefix}/${name}`;
  }

  /** The published object of this name; if there is none yet, does the work and publishes what it gives. */
  async publishOnce<T extends object>(name: string, work: () => Promise<T>): Promise<T> {
    const published = await this.find<T>(name);
    if (published !== undefined) return published;
    const result = await work();
    const outcome = await this.#store.put(this.key(name), toJson(result), { ifAbsent: true });
    return outcome === 'stored' ? result : this.read<T>(name);
  }

  /** Throws `TaskIncomplete` if it was not published. */
  async read<T extends object>(name: string): Promise<T> {
    const found = await this.find<T>(name);
    if (found === undefined) throw new TidemarkError('TaskIncomplete', `${name} was not published`);
    return found;
  }

  async find<T extends object>(name: string): Promise<T | undefined> {
    try {
      return JSON.parse(Buffer.from(await this.#store.get(this.key(name))).toString()) as T;
    } catch (error) {
      if (isError(error, 'ObjectNotFound')) return undefined;
      throw error;
    }
  }

  /** Replaces what was there. For notes that nothing is built on. */
  async note(name: string, value: object): Promise<void> {
    await this.#store.put(this.key(name), toJson(value));
  }

  /** The results of all parts of a task. Throws `TaskIncomplete` if it did not come to its end. */
  async readParts<T extends PartResult>(task: string): Promise<T[]> {
    const parts: T[] = [];
    do parts.push(await this.read<T>(partName(task, parts.length)));
    while (parts.at(-1)?.done !== true);
    return parts;
  }
}

/** The name of a part's result, for example `scan/3/0.json`. */
export function partName(task: string, part: number): string {
  return `${task}/${part}.json`;
}

/** Each execution of a backup, and each time it begins anew, works in a folder of its own. */
export function backupStaging(store: ObjectStore, job: BackupJob): Staging {
  return new Staging(store, `staging/${job.id}/${job.execution}-${job.round}`);
}

/** What DynamoDB exports for a backup serves all its executions: a range is exported once. */
export function exportStaging(store: ObjectStore, backup: BackupId): Staging {
  return new Staging(store, `staging/${backup}/export`);
}

/** A restore's executions share one folder: what one of them wrote to the table is written. */
export function restoreStaging(store: ObjectStore, { id }: Pick<RestoreJob, 'id'>): Staging {
  return new Staging(store, `staging/restore-${id}`);
}

/** The folder of an execution of either machine. */
export function jobStaging(store: ObjectStore, job: Job): Staging {
  return job.machine === 'backup' ? backupStaging(store, job) : restoreStaging(store, job);
}

function toJson(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
