import type { DataSink } from '../model/data-sinks.ts';
import { isError } from '../runtime/errors.ts';
import type { RequestServices } from '../services/operation-services.ts';

type SinkServices = Pick<RequestServices, 'sinks'>;

/** Lists the data sinks, the default one first. */
export async function listDataSinks({ sinks }: SinkServices): Promise<readonly DataSink[]> {
  return sinks.list();
}

/** Checks that a data sink exists and can be written and read. Throws `SinkNotFound`, `SinkUnreachable`. */
export async function checkDataSink(
  { sinks }: SinkServices,
  { name }: Pick<DataSink, 'name'>,
): Promise<void> {
  await sinks.check(name);
}

/** A data sink that was checked. `fault`: why it cannot be used. */
export interface CheckedSink extends DataSink {
  readonly fault?: string;
}

/** Lists the data sinks, and for each whether it can be written and read now. */
export async function checkDataSinks({ sinks }: SinkServices): Promise<readonly CheckedSink[]> {
  return Promise.all(
    sinks.list().map(async (sink) => {
      try {
        await sinks.check(sink.name);
        return sink;
      } catch (error) {
        if (!isError(error, 'SinkUnreachable')) throw error;
        return { ...sink, fault: error.message };
      }
    }),
  );
}
