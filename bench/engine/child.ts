/** Measures one case in this process. The argument is an `Assignment`, the output an `Answer`. See `in-child.ts`. */
import { cases } from './cases.ts';
import type { Answer, Assignment } from './in-child.ts';
import { openWorld } from './world.ts';

const { name, data, folder, settings } = JSON.parse(process.argv[2] ?? '') as Assignment;
const result: object = await cases[name](await openWorld(data, folder), settings);
// `maxRSS` is in kilobytes: getrusage(2).
const peakBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ result, peakBytes } satisfies Answer));
