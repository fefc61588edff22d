import {
  type ConfiguredSink,
  type DataSink,
  defaultSink,
  destinationOf,
  doOverlap,
  type MadeSink,
  prefixForm,
  sinkNameForm,
} from '../model/data-sinks.ts';
import { isError, TidemarkError } from '../runtime/errors.ts';
import type { RequestServices } from '../services/operation-services.ts';

type SinkServices = Pick<RequestServices, 'sinks'>;
type MakingServices = Pick<RequestServices, 'sinks' | 'config' | 'catalog'>;

/** Lists the data sinks, the default one first. */
export async function listDataSinks({ sinks }: SinkServices): Promise<readonly DataSink[]> {
  return sinks.list();
}

/** A data sink that was checked. `fault`: why it cannot be used. */
export interface CheckedSink extends DataSink {
  readonly fault?: string;
}

/** Lists the data sinks, or those of a name, and for each whether it can be written and read now. */
export async function checkDataSinks(
  { sinks }: SinkServices,
  { name }: Partial<Pick<DataSink, 'name'>> = {},
): Promise<readonly CheckedSink[]> {
  const listed = (await sinks.list()).filter((sink) => name === undefined || sink.name === name);
  return Promise.all(
    listed.map(async (sink) => {
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

export interface CreateDataSinkInput {
  readonly name: string;
  readonly destination: string;
  /** The sink is not checked. @default false */
  readonly skipsCheck?: boolean;
  readonly requestedBy?: string;
}

/** The maximum number of sinks that requests may make: each list reads all of them. */
const maxMade = 100;

/** The maximum length of a destination, in characters. */
const maxDestination = 300;

/** Names that a sink below another one must not have, because that one's objects have them. */
const ownFolders = new Set(['tables', 'staging']);

/**
 * Makes a data sink below a configured one that allows it, whose bucket, key and role it uses. A repeat is no error. Throws
 * `Validation` for a name or place that is not possible, and `SinkUnreachable`; then nothing is recorded.
 */
export async function createDataSink(
  services: MakingServices,
  input: CreateDataSinkInput,
): Promise<DataSink> {
  const { catalog, config, sinks } = services;
  const sink = toSink(config.sinks, input);
  const made = await catalog.sinks.list();
  const known = made.find(({ name }) => name === sink.name);
  if (known === undefined && made.length >= maxMade) {
    throw new TidemarkError('LimitExceeded', `Requests may make at most ${maxMade} data sinks`);
  }
  const isSame = known?.parent === sink.parent && known.prefix === sink.prefix;
  if (known !== undefined && !isSame) throw takenError(sink.name);
  const bucketOf = ({ parent }: MadeSink): string | undefined =>
    config.sinks.find(({ name }) => name === parent)?.bucket;
  const overlapped = made.find((other) => {
    const bucket = bucketOf(other);
    if (bucket === undefined || other.dropped === true || other.name === sink.name) return false;
    return doOverlap(
      { bucket, prefix: other.prefix },
      { bucket: String(bucketOf(sink)), prefix: sink.prefix },
    );
  });
  if (overlapped !== undefined) {
    throw new TidemarkError(
      'Validation',
      `The data sink ${overlapped.name} is at that place already: choose another prefix`,
    );
  }
  if (input.skipsCheck !== true) await sinks.checkPlace(sink);
  // A repeat finds the sink as it is.
  if ((known === undefined || known.dropped === true) && !(await catalog.sinks.create(sink)))
    throw takenError(sink.name);
  return { name: sink.name, destination: input.destination };
}

/** Reads a request for a sink. Throws `Validation`. */
function toSink(configured: readonly ConfiguredSink[], input: CreateDataSinkInput): MadeSink {
  const { name, destination, requestedBy } = input;
  if (name.length > 64 || !new RegExp(sinkNameForm).test(name)) {
    throw new TidemarkError(
      'Validation',
      'The name of a data sink has up to 64 letters, digits, ".", "_" or "-"',
    );
  }
  if (name === defaultSink || configured.some((each) => each.name === name)) throw takenError(name);
  const [, bucket, prefix = ''] =
    (destination.length <= maxDestination && /^s3:\/\/([a-z0-9.-]+)\/(.+?)\/?$/.exec(destination)) || [];
  const parents = configured.filter(({ allowsNewSinks }) => allowsNewSinks === true);
  const parent = parents.find(
    (each) =>
      each.bucket === bucket && findRest(each, prefix) !== undefined && new RegExp(prefixForm).test(prefix),
  );
  if (parent === undefined) {
    const places = parents.map(({ bucket: of, prefix: at }) =>
      destinationOf({ name: '', bucket: of, ...(at && { prefix: at }) }),
    );
    const allowed =
      places.length === 0
        ? 'the configuration has no sink with allowsNewSinks'
        : `the configuration allows s3:// destinations below ${places.join(' or ')}`;
    throw new TidemarkError('Validation', `A data sink cannot be made at that destination: ${allowed}`);
  }
  return { name, parent: parent.name, prefix, ...(requestedBy !== undefined && { requestedBy }) };
}

/** The part of a prefix below that of a configured sink. Undefined if it is not below, or is the sink's own folder. */
function findRest({ prefix: above = '' }: ConfiguredSink, prefix: string): string | undefined {
  const start = above === '' ? '' : `${above}/`;
  const rest = prefix.startsWith(start) ? prefix.slice(start.length) : '';
  return rest === '' || ownFolders.has(String(rest.split('/')[0])) ? undefined : rest;
}

function takenError(name: string): TidemarkError {
  return new TidemarkError(
    'Validation',
    `There is, or was, a data sink ${name} at another place: choose another name`,
  );
}

/**
 * Drops a data sink that a request has made. From then on no request may name it, until a request makes it at the same place
 * again. Throws `SinkNotFound`, `Validation` for a configured one, and `SinkInUse` while backups are in it.
 */
export async function dropDataSink(
  services: MakingServices,
  { name }: Pick<DataSink, 'name'>,
): Promise<void> {
  const { catalog, config } = services;
  if (name === defaultSink || config.sinks.some((each) => each.name === name)) {
    throw new TidemarkError('Validation', `The configuration has the data sink ${name}: remove it there`);
  }
  const known = await catalog.sinks.get(name);
  if (known === undefined || known.dropped === true) {
    throw new TidemarkError(
      'SinkNotFound',
      `There is no data sink ${JSON.stringify(name.slice(0, 100))} that a request has made`,
    );
  }
  const lineages = (await catalog.turns.listTables()).filter(({ sink }) => sink === name);
  for (const { name: table } of lineages) {
    const { backups } = await catalog.snapshots.takeCensus(table);
    if ([...backups.values()].some(({ sink }) => sink === name)) {
      throw new TidemarkError(
        'SinkInUse',
        `The data sink ${name} has backups of table ${table}: delete them first`,
      );
    }
  }
  await catalog.sinks.drop(name);
}
