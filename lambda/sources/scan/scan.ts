import { findStream } from '../find-stream.ts';
import { passOver, type SourceModule } from '../source.ts';
import { findStreamCut } from '../stage-stream.ts';
import { planScan, type ScanOrigin } from './choose.ts';
import { collectScan } from './collect.ts';

/** A scan of the whole table: a base where exports are not available. It uses the table's read capacity. */
export const scanSource: SourceModule<ScanOrigin> = {
  continuesOlder: false,
  async look(services, request) {
    const stream = await findStream(services, request);
    return stream === 'wait' ? stream : { stream };
  },
  continueParent: () => passOver(),
  readWhole: planScan,
  countTasks: ({ segments }) => segments,
  collect: collectScan,
  findCut: ({ stream }, staging) => findStreamCut(stream, staging),
  isExact: () => true,
};
