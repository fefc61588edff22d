import type { Log } from '../lambda/runtime/logger.ts';

/** Creates a log for people, one short line per event: warnings and errors, and everything else if `verbose`. */
export function createTextLog(write: (line: string) => void, verbose: boolean): Log {
  const line =
    (level: string) =>
    (message: string, facts: Record<string, unknown> = {}): void => {
      const shown = Object.entries(facts).filter(([, value]) => value !== undefined);
      write([level, message, ...shown.map(([name, value]) => `${name}=${formatValue(value)}`)].join(' '));
    };
  return { info: verbose ? line('info') : () => {}, warn: line('warn'), error: line('error') };
}

/** Quotes a text of several words, so that an event stays one line. */
function formatValue(value: unknown): string {
  return typeof value === 'string' && !/\s/.test(value) ? value : JSON.stringify(value);
}
