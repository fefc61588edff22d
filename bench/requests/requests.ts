import type { Screen } from '../../cli/demo/screen.ts';
import type { Row } from '../engine/report.ts';
import { measureAnswers } from './answers.ts';
import { measureCalls, type OperationCalls } from './calls.ts';
import { measureCold } from './cold.ts';
import { answerRows, coldRows } from './rows.ts';

export interface RequestsResult {
  readonly rows: readonly Row[];
  readonly operations: readonly OperationCalls[];
}

const perSecond = 50;
const fullSeconds = 20;
const fullSamples = 31;

/** The path of a request; `scale` is of the time that requests are sent for and of the number of processes started. */
export async function measureRequests(
  folder: string,
  scale: number,
  screen: Screen,
  failed: (title: string, error: unknown) => void,
): Promise<RequestsResult> {
  const load = { perSecond, seconds: fullSeconds * scale };
  const samples = Math.max(3, Math.round(fullSamples * scale));
  const attempt = async <T>(title: string, run: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await screen.step(title, run);
    } catch (error) {
      failed(title, error);
      return undefined;
    }
  };
  const cold = await attempt('Load the bundled handler', () => measureCold(folder, samples));
  const operations = await attempt('Count what operations call', () => measureCalls(folder));
  const answers = await attempt(`Request ${perSecond} backups a second`, () => measureAnswers(folder, load));
  return {
    rows: [...(answers ? answerRows(answers) : []), ...(cold ? coldRows(cold) : [])],
    operations: operations ?? [],
  };
}
