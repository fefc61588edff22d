import { findStream } from '../find-stream.ts';
import type { SourceModule } from '../source.ts';
import { findStreamCut } from '../stage-stream.ts';
import { continueByStream, type StreamOrigin } from './choose.ts';
import { collectChanges } from './collect.ts';

/** Reads the table's stream. It has the changes since a parent within seconds, and reading it uses none of the table's capacity. */
export const streamSource: SourceModule<StreamOrigin> = {
  // A stream that does not reach the head reaches no older snapshot.
  continuesOlder: false,
  async look(services, request) {
    const stream = await findStream(services, request);
    return stream === 'wait' ? stream : { stream };
  },
  continueParent: continueByStream,
  countTasks: () => 0,
  collect: collectChanges,
  findCut: ({ stream }, staging) => findStreamCut(stream, staging),
  // The end of an export is known only to the minute, so its old images may be of another time.
  isExact: ({ replay }) => replay === undefined,
};
