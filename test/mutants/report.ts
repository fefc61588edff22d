import type { Mutant } from './mutant.ts';
import type { Outcome } from './trial.ts';

const columns = ['killed', 'equivalent', 'survived', 'not measured'] as const;

/** Writes a table of how many mutants of each room were killed. */
export function formatReport(
  mutants: readonly Mutant[],
  find: (mutant: Mutant) => Outcome | undefined,
): string {
  const rooms = Map.groupBy(mutants, ({ file }) => file.split('/').slice(0, 2).join('/'));
  const rows = [...rooms, ['all', mutants] as const].map(([room, ofRoom]) => {
    const verdicts = ofRoom.map((mutant) => find(mutant)?.verdict ?? 'not measured');
    const counts = columns.map((column) => verdicts.filter((verdict) => verdict === column).length);
    return [room, ofRoom.length, ...counts];
  });
  const lines = [['room', 'mutants', ...columns], ['---', '--:', ...columns.map(() => '--:')], ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
