import { Ajv } from 'ajv';
import { type ConfiguredSink, defaultSink, destinationOf, doOverlap } from '../../lambda/model/data-sinks.ts';
import { toMemberName } from './problems.ts';
import { sinkSchema } from './entry-schemas.ts';

const isSink = new Ajv().addVocabulary(['errorMessage']).compile<ConfiguredSink>(sinkSchema);

/**
 * Checks what a schema cannot express about data sinks, and about schedules that name one. It ignores entries that the
 * schema refuses.
 */
export function findSinkProblems(config: unknown): string[] {
  const { sinks = [], schedules = [] }: Record<string, unknown> = { ...Object(config) };
  if (!Array.isArray(sinks) || !Array.isArray(schedules)) return [];
  const problems = sinks.flatMap((sink: unknown, index) =>
    isSink(sink)
      ? findProblems(
          sink,
          sinks.slice(0, index).filter((each: unknown) => isSink(each)),
          `/sinks/${index}`,
        )
      : [],
  );
  const names = new Set([defaultSink, ...sinks.map((sink: unknown) => Object(sink).name as unknown)]);
  const unknown = schedules.flatMap((schedule: unknown, index) => {
    const { sink, source }: Record<string, unknown> = { ...Object(schedule) };
    if (typeof sink !== 'string') return [];
    const member = toMemberName(`/schedules/${index}/sink`);
    if (source === 'native') return [`${member} must be left out: DynamoDB keeps its own backups`];
    return names.has(sink) ? [] : [`${member} is ${sink}, which is no data sink: add it to sinks`];
  });
  return [...problems, ...unknown];
}

function findProblems(sink: ConfiguredSink, earlier: readonly ConfiguredSink[], path: string): string[] {
  const { name } = sink;
  const overlapped = earlier.find((other) => doOverlap(sink, other));
  return [
    ...(name === defaultSink
      ? [`${toMemberName(`${path}/name`)} is ${name}, the deployment's own bucket: choose another`]
      : []),
    ...(earlier.some((other) => other.name === name)
      ? [`${toMemberName(`${path}/name`)} is ${name}, as that of an earlier data sink: choose another`]
      : []),
    ...(overlapped === undefined
      ? []
      : [
          `${toMemberName(`${path}/prefix`)} overlaps that of ${overlapped.name}, ${destinationOf(overlapped)}: choose another prefix`,
        ]),
  ];
}
