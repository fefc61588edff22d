import type { Screen } from '../../cli/demo/screen.ts';
import type { Row } from '../engine/report.ts';
import { measureAnswers } from './answers.ts';
import { measureCalls, type OperationCalls } from './calls.ts';
import { measureCold } from './cold.ts';
import { buildAnswerRows, buildColdRows } from './rows.ts';

export interface RequestsResult {
  readonly rows: readonly Row[];
  readonly operations: readonly OperationCalls[];
}

const perSecond = 50;
const fullSeconds = 20;
const fullSamples = 31;

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
  return {
    rows: [...(answers ? buildAnswerRows(answers) : []), ...(cold ? buildColdRows(cold) : [])],
    operations: operations ?? [],
  };
}
