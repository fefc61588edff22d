import type { Log } from '../lambda/runtime/logger.ts';

/** A log of one short line per event, for people: warnings and errors, and everything else if `verbose`. */
export function createTextLog(write: (line: string) => void, verbose: boolean): Log {
  const line =
    (level: string) =>
    (message: string, facts: Record<string, unknown> = {}): void => {
      const shown = Object.entries(facts).filter(([, value]) => value !== undefined);
      write([level, message, ...shown.map(([name, value]) => `${name}=${shortText(value)}`)].join(' '));
    };
  return { info: verbose ? line('info') : () => {}, warn: line('warn'), error: line('error') };
}

/** Quoted if it is more than one word, so that a line stays a line. */
function shortText(value: unknown): string {
  return typeof value === 'string' && !/\s/.test(value) ? value : JSON.stringify(value);
}
