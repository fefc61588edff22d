/** Measures a bundle's loading and first call in this process. Arguments: file and event. The last line is a `ColdSample`. */
import type { ColdSample } from './cold.ts';

interface Handler {
  readonly handler: (event: unknown) => Promise<{ readonly statusCode: number; readonly body?: string }>;
}

const [file = '', event = ''] = process.argv.slice(2);
const start = performance.now();
const { handler } = (await import(file)) as Handler;
const loaded = performance.now();
const { statusCode, body } = await handler(JSON.parse(event));
const answered = performance.now();
if (statusCode !== 200) throw new Error(`the handler answered ${statusCode}: ${body}`);
console.log(JSON.stringify({ load: loaded - start, first: answered - loaded } satisfies ColdSample));
