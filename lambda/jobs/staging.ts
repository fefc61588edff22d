import { isError, TidemarkError } from '../runtime/errors.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { BackupJob, Job, RestoreJob } from './job.ts';
import type { BackupId } from '../model/ids.ts';
import { seal, unseal } from '../secret/seal.ts';
import type { Secret } from '../secret/secret.ts';

/** The store that holds a staging folder, and the secret that seals its objects. */
export interface StagingAccess {
  readonly store: ObjectStore;
  readonly secret: Secret;
}

/** The result of one part of a task. The last part is `done`. */
export interface PartResult {
  readonly done: boolean;
}

/**
 * A job's folder of work in progress: sealed JSON objects by name. Plans and results are published once. A repeat or a late
 * twin gets the object that was published first, so that all of them continue from the same facts.
 *
 * This version of Tidemark wrote the objects, and only Tidemark can seal them. So after checking the seal, `read` and
 * `find` trust the type that the caller expects. They throw `StagedDataCorrupt` for an object that was damaged or forged.
 */
export class Staging {
  readonly #store: ObjectStore;
  readonly #secret: Secret;
  readonly #prefix: string;

  constructor({ store, secret }: StagingAccess, prefix: string) {
    this.#store = store;
    this.#secret = secret;
    this.#prefix = prefix;
  }

  key(name: string): string {
    return `${this.#prefix}/${name}`;
  }

  /** Returns the published object of this name. If there is none yet, does the work and publishes its result. */
  async publishOnce<T extends object>(name: string, work: () => Promise<T>): Promise<T> {
    const published = await this.find<T>(name);
    if (published !== undefined) return published;
    const result = await work();
    const outcome = await this.#store.put(this.key(name), await this.#seal(name, result), { ifAbsent: true });
    return outcome === 'stored' ? result : this.read<T>(name);
  }

  /** Reads the object of this name. Throws `TaskIncomplete` if it was not published. */
  async read<T extends object>(name: string): Promise<T> {
    const found = await this.find<T>(name);
    if (found === undefined) throw new TidemarkError('TaskIncomplete', `${name} was not published`);
    return found;
  }

  /** Reads the object of this name, or returns undefined if it was not published. */
  async find<T extends object>(name: string): Promise<T | undefined> {
    const key = this.key(name);
    try {
      const bytes = await this.#store.get(key);
      return unseal(await this.#deriveKey(), key, bytes) as T;
    } catch (error) {
      if (isError(error, 'ObjectNotFound')) return undefined;
      throw error;
    }
  }

  /** Writes an object and replaces an earlier one. Only for notes: later work must not depend on them. */
  async note(name: string, value: object): Promise<void> {
    await this.#store.put(this.key(name), await this.#seal(name, value));
  }

  /** Reads the results of all parts of a task. Throws `TaskIncomplete` if one of them is missing. */
  async readParts<T extends PartResult>(task: string): Promise<T[]> {
    const parts: T[] = [];
    do parts.push(await this.read<T>(namePart(task, parts.length)));
    while (parts.at(-1)?.done !== true);
    return parts;
  }

  async #seal(name: string, value: object): Promise<Buffer> {
    return seal(await this.#deriveKey(), this.key(name), value);
  }

  #deriveKey(): Promise<Buffer> {
    return this.#secret.deriveKey(this.#prefix);
  }
}

/** The name of a part's result, for example `scan/3/0.json`. */
export function namePart(task: string, part: number): string {
  return `${task}/${part}.json`;
}

/** The folder of one execution of a backup, or of one round of it if it has started over. */
export function openBackupStaging(access: StagingAccess, job: BackupJob): Staging {
  return new Staging(access, `staging/${job.id}/${job.execution}-${job.round}`);
}

/** The folder of a backup's exports. All executions of the backup use it, so that no range is exported twice. */
export function openExportStaging(access: StagingAccess, backup: BackupId): Staging {
  return new Staging(access, `staging/${backup}/export`);
}

/** The folder in which the executions of a backup announce the manifests that they store. */
export function openManifestStaging(access: StagingAccess, backup: BackupId): Staging {
  return new Staging(access, `staging/${backup}/manifests`);
}

/** The folder of a restore. All its executions share it, because what one of them wrote to the table stays written. */
export function openRestoreStaging(access: StagingAccess, { id }: Pick<RestoreJob, 'id'>): Staging {
  return new Staging(access, `staging/restore-${id}`);
}

/** The folder of an execution of either state machine. */
export function openJobStaging(access: StagingAccess, job: Job): Staging {
  return job.machine === 'backup' ? openBackupStaging(access, job) : openRestoreStaging(access, job);
}
