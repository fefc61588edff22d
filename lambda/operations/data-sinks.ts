import { type DataSink, defaultSink } from '../model/data-sinks.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { RequestServices } from '../services/operation-services.ts';

type SinkServices = Pick<RequestServices, 'config'>;

/** An error shows at most this many characters of a name. */
const maxShown = 100;

/** Lists the data sinks. There is only the default one so far: decision 052 plans others. */
export async function listDataSinks({ config }: SinkServices): Promise<readonly DataSink[]> {
  return [{ name: defaultSink, destination: config.storeDestination }];
}

/** Finds a data sink by its name. Throws `SinkNotFound`. */
export async function resolveDataSink(
  services: SinkServices,
  { name }: Pick<DataSink, 'name'>,
): Promise<DataSink> {
  const sink = (await listDataSinks(services)).find((each) => each.name === name);
  if (sink !== undefined) return sink;
  const shown = JSON.stringify(name.slice(0, maxShown));
  throw new TidemarkError('SinkNotFound', `There is no data sink ${shown}: use ${defaultSink}`);
}
