import {
  type ConfiguredSink,
  type DataSink,
  defaultSink,
  destinationOf,
  type MadeSink,
  probeKey,
  toSinkMember,
} from '../model/data-sinks.ts';
import type { SinkRecords } from '../catalog/sinks.ts';
import { isError, TidemarkError } from '../runtime/errors.ts';
import { isBusy, isOutage } from '../runtime/throttling.ts';
import { createGuardedStore } from '../storage/guarded-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { createRoutedStore } from '../storage/routed-store.ts';
import type { Config } from './config.ts';

/** Opens the store of a data sink: its bucket and prefix, or the folder that stands for them. */
export type OpenSink = (sink: ConfiguredSink) => Promise<ObjectStore>;

export interface SinksOptions {
  /** The deployment's own store: the sink `default`, and the staging of all jobs. */
  readonly store: ObjectStore;
  readonly config: Pick<Config, 'storeDestination' | 'sinks'>;
  /** The sinks that requests have made. */
  readonly records: Pick<SinkRecords, 'get' | 'list'>;
  readonly open: OpenSink;
}

/** The content of the object by which a sink is checked. */
const probe = Buffer.from('{"format":"tidemark-sink","version":1}\n');

/** The most characters of a name from outside that an error shows. */
const maxShown = 100;

/** An error shows at most this many names of sinks. */
const maxNames = 10;

/**
 * The data sinks, and the stores of the jobs that work in them.
 *
 * ```
 * tables/...  runs and manifests   the sink's store
 * staging/... work in progress     the deployment's own store, for every sink
 * ```
 *
 * So a person who may write to a sink cannot change staged objects. DynamoDB's imports and exports use the deployment's own
 * bucket.
 */
export class Sinks {
  readonly #options: SinksOptions;
  readonly #opened = new Map<string, Promise<ObjectStore>>();

  constructor(options: SinksOptions) {
    this.#options = options;
  }

  /** Lists the sinks, the default one first. */
  async list(): Promise<readonly DataSink[]> {
    const { config, records } = this.#options;
    const made = (await records.list()).filter(({ dropped }) => dropped !== true);
    const sinks = [...config.sinks, ...made.flatMap((sink) => this.#place(sink) ?? [])];
    return [
      { name: defaultSink, destination: config.storeDestination },
      ...sinks.map((sink) => ({ name: sink.name, destination: destinationOf(sink) })),
    ];
  }

  /**
   * Creates the store of a job in the sink, by default in the default one. Its calls throw `SinkNotFound` if the
   * configuration has no such sink any longer, and `SinkUnreachable` in place of the errors of the sink's service, whose
   * texts may hold accounts and roles. An error that asks for a retry still does.
   */
  openStore(name?: string): ObjectStore {
    const { store: own } = this.#options;
    const { sink } = toSinkMember(name);
    if (sink === undefined) return own;
    const store = createGuardedStore({
      open: () => this.#open(sink),
      translate: (error) => translateFault(sink, error),
    });
    return createRoutedStore((key) => (key.split('/')[0] === 'staging' ? own : store));
  }

  /**
   * Checks that the sink exists and can be used: an object can be written to it, unless it is there, and read. Throws
   * `SinkNotFound`, `SinkUnreachable`. The default sink is not checked: the staging of every job needs it. `by`: a dry run
   * only reads.
   */
  async check(name: string | undefined, by: 'writing' | 'reading' = 'writing'): Promise<void> {
    const { sink } = toSinkMember(name);
    if (sink === undefined) return;
    await checkStore(await this.#find(sink), () => this.#open(sink), by);
  }

  /**
   * Checks that the backups in a sink can be read, even if it was dropped. Throws `SinkNotFound`, `SinkUnreachable`.
   */
  async checkReadable(name: string | undefined): Promise<void> {
    const { sink } = toSinkMember(name);
    if (sink === undefined) return;
    const shown = { name: sink, destination: destinationOf(await this.#resolve(sink)) };
    await checkStore(shown, () => this.#open(sink), 'reading');
  }

  /** Checks the place of a sink before a request makes it, as `check` does. */
  async checkPlace(made: MadeSink): Promise<void> {
    const sink = this.#place(made);
    if (sink === undefined) throw new TidemarkError('SinkNotFound', `There is no data sink ${made.parent}`);
    const shown = { name: made.name, destination: destinationOf(sink) };
    await checkStore(shown, () => this.#options.open(sink), 'writing');
  }

  /** Finds a sink that a request may name. Throws `SinkNotFound`. */
  async #find(name: string): Promise<DataSink> {
    const sinks = await this.list();
    const found = sinks.find((each) => each.name === name);
    if (found !== undefined) return found;
    const names = sinks.slice(0, maxNames).map((each) => each.name);
    throw new TidemarkError(
      'SinkNotFound',
      `There is no data sink ${JSON.stringify(name.slice(0, maxShown))}: use ${names.join(' or ')}`,
    );
  }

  #open(name: string): Promise<ObjectStore> {
    const known = this.#opened.get(name);
    if (known !== undefined) return known;
    const opened = this.#resolve(name).then((sink) => this.#options.open(sink));
    this.#opened.set(name, opened);
    opened.catch(() => this.#opened.delete(name));
    return opened;
  }

  /** Finds the place of a sink, even of a dropped one, whose remaining objects can be read and swept. */
  async #resolve(name: string): Promise<ConfiguredSink> {
    const { config, records } = this.#options;
    const configured = config.sinks.find((each) => each.name === name);
    const made = configured === undefined ? await records.get(name) : undefined;
    const sink = configured ?? (made && this.#place(made));
    if (sink !== undefined) return sink;
    throw new TidemarkError(
      'SinkNotFound',
      `The configuration has no data sink ${made?.parent ?? name} any longer: add it again to use the backups in ${name}`,
    );
  }

  /** Finds the place of a sink that a request has made. Undefined if its parent is not configured any longer. */
  #place({ name, parent, prefix }: MadeSink): ConfiguredSink | undefined {
    const found = this.#options.config.sinks.find((sink) => sink.name === parent);
    return found && { ...found, name, prefix };
  }
}

async function checkStore(
  { name, destination }: DataSink,
  open: () => Promise<ObjectStore>,
  by: 'writing' | 'reading',
): Promise<void> {
  let fault = `its object ${probeKey} is not what Tidemark writes`;
  try {
    const store = await open();
    if (by === 'writing') await store.put(probeKey, probe, { ifAbsent: true });
    if (probe.equals(await store.get(probeKey))) return;
  } catch (error) {
    if (by === 'reading' && isError(error, 'ObjectNotFound')) return;
    if (isError(error, 'SinkUnreachable')) throw error;
    fault = nameFault(error);
  }
  throw new TidemarkError(
    'SinkUnreachable',
    `The data sink ${name} (${destination}) cannot be written and read: ${fault}. Check its bucket, key and role in the configuration`,
  );
}

/** Returns the error to throw in place of one of a sink's service. Callers test Tidemark's own errors. */
function translateFault(sink: string, error: unknown): unknown {
  if (error instanceof TidemarkError) return error;
  const text = `The data sink ${sink} cannot be used: ${nameFault(error)}`;
  if (isBusy(error) || isOutage(error)) return Object.assign(new Error(text), pickFault(error));
  return new TidemarkError('SinkUnreachable', `${text}. Check its bucket, key and role in the configuration`);
}

/** Names an error without its text: a service's text may hold more than a caller should see. */
function nameFault(error: unknown): string {
  if (!(error instanceof Error)) return 'Error';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** Returns the members by which callers see that a call may succeed later. */
function pickFault(error: unknown): object {
  const { name, code, $fault, $metadata } = error as Error & {
    code?: unknown;
    $fault?: unknown;
    $metadata?: { httpStatusCode?: number };
  };
  const { httpStatusCode } = $metadata ?? {};
  return {
    name,
    ...(code !== undefined && { code }),
    ...($fault !== undefined && { $fault }),
    ...(httpStatusCode !== undefined && { $metadata: { httpStatusCode } }),
  };
}
