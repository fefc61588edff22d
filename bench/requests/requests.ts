import type { Screen } from '../../cli/demo/screen.ts';
import type { Row } from '../engine/report.ts';
import { measureAnswers } from './answers.ts';
import { measureCalls, type OperationCalls } from './calls.ts';
import { measureCold } from './cold.ts';
import { measureDialects } from './dialects.ts';
import { buildAnswerRows, buildColdRows, buildDialectRows, buildSetRows } from './rows.ts';
import { measureSets } from './sets.ts';

export interface RequestsResult {
  readonly rows: readonly Row[];
  readonly operations: readonly OperationCalls[];
}

const perSecond = 50;
const fullSeconds = 20;
const fullSamples = 31;

/** The rate and the time of the requests of each other dialect, and the tables of a set. */
const dialectsPerSecond = 20;
const dialectsFullSeconds = 10;
const fullTables = 100;

/**
 * Measures the path of a request. `scale` is a factor for the time that requests are sent, and for the number of processes
 * that are started.
 */
export async function measureRequests(
  folder: string,
  scale: number,
  screen: Screen,
  recordFailure: (title: string, error: unknown) => void,
): Promise<RequestsResult> {
  const load = { perSecond, seconds: fullSeconds * scale };
  const samples = Math.max(3, Math.round(fullSamples * scale));
  const attempt = async <T>(title: string, run: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await screen.step(title, run);
    } catch (error) {
      recordFailure(title, error);
      return undefined;
    }
  };
  const cold = await attempt('Load the bundled handler', () => measureCold(folder, samples));
  const operations = await attempt('Count what operations call', () => measureCalls(folder));
  const answers = await attempt(`Request ${perSecond} backups a second`, () => measureAnswers(folder, load));
  const dialectLoad = { perSecond: dialectsPerSecond, seconds: dialectsFullSeconds * scale };
  const dialects = await attempt(`Send ${dialectsPerSecond} requests a second to each dialect`, () =>
    measureDialects(folder, dialectLoad),
  );
  const tables = Math.max(2, Math.round(fullTables * Math.min(1, scale)));
  const sets = await attempt(`Back up ${tables} tables as a set`, () => measureSets(folder, tables));
  return {
    rows: [
      ...(answers ? buildAnswerRows(answers) : []),
      ...(dialects ? buildDialectRows(dialects) : []),
      ...(sets ? buildSetRows(sets) : []),
      ...(cold ? buildColdRows(cold) : []),
    ],
    operations: operations ?? [],
  };
}
