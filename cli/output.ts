/** Prints a command's result and its progress. */
export interface Output {
  /** Prints a line of the result for people; nothing with `--json`. */
  printLine(line: string): void;
  /** Shows how much is done, from 0 to 1. It is shown only on a terminal, until something else is printed. */
  showProgress(activity: string, done: number): void;
  /** Prints the JSON document with `--json`, else nothing. */
  printDocument(value: object): void;
  /** Removes the progress. */
  clearProgress(): void;
}

/** Creates an output that prints results on standard output and progress on standard error. */
export function createOutput(form: 'text' | 'json'): Output {
  let shown = '';
  /** Replaces the progress line, overwriting the old one with blanks. */
  const show = (line: string): void => {
    if (process.stderr.isTTY && line !== shown)
      process.stderr.write(`\r${' '.repeat(shown.length)}\r${line}`);
    shown = line;
  };
  const write = (text: string): void => {
    show('');
    process.stdout.write(`${escapeInvisible(text)}\n`);
  };
  return {
    printLine: form === 'text' ? write : () => {},
    showProgress: (activity, done) => show(`${activity} ${Math.floor(done * 100)} %`),
    printDocument: (value) => (form === 'json' ? write(toJson(value)) : undefined),
    clearProgress: () => show(''),
  };
}

export function toJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

const invisible = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/**
 * Escapes characters that control a terminal or are invisible, as JSON does: the content of a table must not control the
 * terminal. JSON text keeps its meaning.
 */
export function escapeInvisible(text: string): string {
  return text.replaceAll(invisible, (character) => (character === '\n' ? '\n' : toEscape(character)));
}

function toEscape(character: string): string {
  return Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');
}

const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** Renders bytes in decimal units, in which S3 is billed: `0 B`, `999 B`, `1.5 KB`. */
export function renderSize(bytes: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/** Renders a number with its noun: `1 object`, `2,000 objects`. */
export function renderCount(number: number, noun: string): string {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
}

/** Renders US dollars, to the cent: `2.50 USD`, `under 0.01 USD`. */
export function renderMoney(usd: number): string {
  return usd < 0.01 ? 'under 0.01 USD' : `${usd.toFixed(2)} USD`;
}

/** Renders a duration in the unit that gives one or two digits: `45 s`, `12 min`, `7.5 h`, `3.2 days`. */
export function renderDuration(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86_400).toFixed(1)} days`;
}
