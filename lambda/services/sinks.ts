import {
  type ConfiguredSink,
  type DataSink,
  defaultSink,
  destinationOf,
  toSinkMember,
} from '../model/data-sinks.ts';
import { isError, TidemarkError } from '../runtime/errors.ts';
import { createLazyStore } from '../storage/lazy-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { createRoutedStore } from '../storage/routed-store.ts';
import type { Config } from './config.ts';

/** Opens the store of a data sink: its bucket and prefix, or the folder that stands for them. */
export type OpenSink = (sink: ConfiguredSink) => Promise<ObjectStore>;

export interface SinksOptions {
  /** The deployment's own store: the sink `default`, and the staging of all jobs. */
  readonly store: ObjectStore;
  readonly config: Pick<Config, 'storeDestination' | 'sinks'>;
  readonly open: OpenSink;
}

/** The object by which a sink shows that it can be written and read. It stays there, and is never replaced. */
const probe = {
  key: 'tidemark-sink.json',
  body: Buffer.from('{"format":"tidemark-sink","version":1}\n'),
};

/** The most characters of a name from outside that an error shows. */
const maxShown = 100;

/**
 * The data sinks, and the stores of the jobs that work in them.
 *
 * ```
 * tables/...  runs and manifests   the sink's store
 * staging/... work in progress     the deployment's own store, for every sink
 * ```
 *
 * So who may write to a sink cannot change what is staged, and DynamoDB imports and exports in the own bucket.
 */
export class Sinks {
  readonly #options: SinksOptions;
  readonly #opened = new Map<string, Promise<ObjectStore>>();

  constructor(options: SinksOptions) {
    this.#options = options;
  }

  /** Lists the sinks, the default one first. */
  list(): readonly DataSink[] {
    const { storeDestination, sinks } = this.#options.config;
    return [
      { name: defaultSink, destination: storeDestination },
      ...sinks.map((sink) => ({ name: sink.name, destination: destinationOf(sink) })),
    ];
  }

  /** Finds a sink. Throws `SinkNotFound`. */
  find(name: string): DataSink {
    const sinks = this.list();
    const found = sinks.find((each) => each.name === name);
    if (found !== undefined) return found;
    throw new TidemarkError(
      'SinkNotFound',
      `There is no data sink ${JSON.stringify(name.slice(0, maxShown))}: use ${sinks.map((each) => each.name).join(' or ')}`,
    );
  }

  /**
   * Creates the store of a job in the sink, by default in the default one. It opens the sink at its first use, which throws
   * `SinkNotFound` if the configuration has no such sink any longer.
   */
  openStore(name?: string): ObjectStore {
    const { store: own } = this.#options;
    const { sink } = toSinkMember(name);
    if (sink === undefined) return own;
    const store = createLazyStore(() => this.#open(sink));
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
    const { destination } = this.find(sink);
    let fault = 'its object tidemark-sink.json is not what Tidemark writes';
    try {
      const store = await this.#open(sink);
      if (by === 'writing') await store.put(probe.key, probe.body, { ifAbsent: true });
      if (probe.body.equals(await store.get(probe.key))) return;
    } catch (error) {
      if (by === 'reading' && isError(error, 'ObjectNotFound')) return;
      fault = nameFault(error);
    }
    throw new TidemarkError(
      'SinkUnreachable',
      `The data sink ${sink} (${destination}) cannot be written and read: ${fault}. Check its bucket, key and role in the configuration`,
    );
  }

  #open(name: string): Promise<ObjectStore> {
    const known = this.#opened.get(name);
    if (known !== undefined) return known;
    const opened = this.#openConfigured(name);
    this.#opened.set(name, opened);
    opened.catch(() => this.#opened.delete(name));
    return opened;
  }

  async #openConfigured(name: string): Promise<ObjectStore> {
    const { config, open } = this.#options;
    const sink = config.sinks.find((each) => each.name === name);
    if (sink !== undefined) return open(sink);
    throw new TidemarkError(
      'SinkNotFound',
      `The configuration has no data sink ${name} any longer: add it again to use the backups in it`,
    );
  }
}

/** Names an error without its text: a service's text may hold more than a caller should see. */
function nameFault(error: unknown): string {
  if (!(error instanceof Error)) return 'Error';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
