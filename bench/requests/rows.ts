import { quantile } from '../engine/measure.ts';
import type { Row } from '../engine/report.ts';
import type { AnswersResult } from './answers.ts';
import type { ColdResult } from './cold.ts';
import type { DialectsResult } from './dialects.ts';
import type { Answers } from './open-loop.ts';
import type { SetsResult } from './sets.ts';

export function buildAnswerRows({ load, peer, createBackup, drained, available }: AnswersResult): Row[] {
  const rate = `${load.perSecond} a second for ${load.seconds} s`;
  const drain = `all available ${drained.toFixed(1)} s after the last request`;
  return [
    ...buildQuantileRows('peer, a call passed through', peer, undefined, rate),
    ...buildQuantileRows(
      'CreateBackup',
      createBackup,
      peer,
      `${rate}, ${renderRefusals(createBackup)}; ${drain}`,
    ),
    { name: `a table of ${available.items} items, first backup`, value: available.first, unit: 'ms' },
    { name: '  a later one, 10 items changed', value: available.further, unit: 'ms' },
  ];
}

/** The requests of the other dialects, compared with CreateBackup of the DynamoDB dialect. */
export function buildDialectRows({ load, createBackup, dialects }: DialectsResult): Row[] {
  const rate = `${load.perSecond} a second for ${load.seconds} s`;
  return [
    ...buildQuantileRows(
      'DynamoDB, CreateBackup',
      createBackup,
      undefined,
      `${rate}, ${renderRefusals(createBackup)}`,
    ),
    ...dialects.flatMap(({ name, answers }) =>
      buildQuantileRows(name, answers, createBackup, renderRefusals(answers)),
    ),
  ];
}

/** A set of tables, compared with as many requests for single backups. */
export function buildSetRows({ tables, set, singles }: SetsResult): Row[] {
  return [
    {
      name: `a set of ${tables} tables until AVAILABLE`,
      value: set.seconds,
      unit: 's',
      ratio: set.seconds / singles.seconds,
      of: 'peer',
      note: `peer: ${tables} single requests`,
    },
    {
      name: '  calls to AWS of its request',
      value: set.calls,
      unit: 'calls',
      ratio: set.calls / singles.calls,
      of: 'peer',
      note: `${singles.calls} calls of the peer's requests`,
    },
  ];
}

function buildQuantileRows(name: string, answers: Answers, peer: Answers | undefined, note: string): Row[] {
  return [0.5, 0.99].map((share) => {
    const value = quantile(answers.times, share);
    return {
      name: `${name}, p${share * 100}`,
      value,
      unit: 'ms',
      ...(peer && { ratio: value / quantile(peer.times, share), of: 'peer' }),
      ...(share === 0.5 && { note }),
    };
  });
}

function renderRefusals({ times, refused }: Answers): string {
  const counts = Object.entries(refused).map(([name, count]) => `${count} refused (${name})`);
  return [`${times.length} answered`, ...(counts.length > 0 ? counts : ['none refused'])].join(', ');
}

export function buildColdRows({ samples, handler, peer, size, peerSize }: ColdResult): Row[] {
  const ms = (name: string, value: number, reference: number): Row => ({
    name,
    value,
    unit: 'ms',
    ratio: value / reference,
    of: 'peer',
  });
  return [
    { ...ms('bundled handler, loading', handler.load, peer.load), note: `medians of ${samples} processes` },
    ms('  first call, a CreateBackup', handler.first, peer.first),
    ms('  both', handler.total, peer.total),
    {
      name: '  bundle',
      value: size.bytes,
      unit: 'bytes',
      ratio: size.bytes / peerSize.bytes,
      of: 'peer',
      note: `gzip ${renderKilobytes(size.gzipBytes)}`,
    },
    {
      name: '  of it read before the first call',
      value: size.startBytes,
      unit: 'bytes',
      ratio: size.startBytes / peerSize.startBytes,
      of: 'peer',
    },
  ];
}

function renderKilobytes(bytes: number): string {
  return `${Math.round(bytes / 1000)} kB`;
}
