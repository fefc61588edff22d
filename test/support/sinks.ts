import { type Config, defaultConfig } from '../../lambda/services/config.ts';
import { Sinks } from '../../lambda/services/sinks.ts';
import type { ObjectStore } from '../../lambda/storage/object-store.ts';

/** The records of a Tidemark in which no request has made a sink. */
export const noMadeSinks = { get: async () => undefined, list: async () => [] };

/** Creates the sinks of a Tidemark that has only the default one. */
export function createDefaultSink(
  store: ObjectStore,
  config: Pick<Config, 'storeDestination' | 'sinks'> = defaultConfig,
): Sinks {
  return new Sinks({
    store,
    config,
    records: noMadeSinks,
    open() {
      throw new TypeError('this Tidemark has no other sink');
    },
  });
}
