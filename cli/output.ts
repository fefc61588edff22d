/** Where a command's result and its progress go. */
export interface Output {
  /** A line of the result for people. With `--json` there are none. */
  say(line: string): void;
  /** `done` is 0 to 1. Shown on a terminal only, and replaced by whatever comes next. */
  progress(what: string, done: number): void;
  /** The one JSON document, if that was asked for. */
  document(value: object): void;
  /** Takes the progress away. */
  end(): void;
}

/** Results on standard output, progress on standard error. */
export function outputTo(form: 'text' | 'json'): Output {
  let shown = '';
  /** Over the line that is there: blanks instead of escape codes. */
  const show = (line: string): void => {
    if (process.stderr.isTTY && line !== shown)
      process.stderr.write(`\r${' '.repeat(shown.length)}\r${line}`);
    shown = line;
  };
  const write = (text: string): void => {
    show('');
    process.stdout.write(`${visible(text)}\n`);
  };
  return {
    say: form === 'text' ? write : () => {},
    progress: (what, done) => show(`${what} ${Math.floor(done * 100)} %`),
    document: (value) => (form === 'json' ? write(jsonOf(value)) : undefined),
    end: () => show(''),
  };
}

export function jsonOf(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

const invisible = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/**
 * Characters that steer a terminal or cannot be seen, written as JSON does: what a table holds is not the terminal's
 * master. JSON text stays the same JSON.
 */
export function visible(text: string): string {
  return text.replaceAll(invisible, (character) => (character === '\n' ? '\n' : escaped(character)));
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');
}

const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** Decimal units, as S3 is billed by: `0 B`, `999 B`, `1.5 KB`. */
export function size(bytes: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/** `1 object`, `2,000 objects`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
}

/** In USD, to the cent: `2.50 USD`, `under 0.01 USD`. */
export function money(usd: number): string {
  return usd < 0.01 ? 'under 0.01 USD' : `${usd.toFixed(2)} USD`;
}

/** In the unit that makes it a number of two digits or one: `45 s`, `12 min`, `7.5 h`, `3.2 days`. */
export function duration(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86_400).toFixed(1)} days`;
}
