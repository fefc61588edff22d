import { TidemarkError } from '../../runtime/errors.ts';
import type { SourceModule } from '../source.ts';
import { continueByExports, type ExportOrigin, planExport } from './choose.ts';
import { collectExports } from './collect.ts';
import { findRecovery } from './find-recovery.ts';
import { endOf } from './request.ts';

/** DynamoDB's exports to S3: a base or the changes since a parent within minutes, without using the table's capacity. */
export const exportSource: SourceModule<ExportOrigin> = {
  // A window of changes has a minimum length, so the head may be too young.
  continuesOlder: true,
  async look(services, request) {
    const recovery = await findRecovery(services, request);
    return recovery === 'wait' ? recovery : { recovery };
  },
  continueParent: continueByExports,
  readWhole: planExport,
  countTasks: () => 0,
  collect: collectExports,
  async findCut({ ranges }, _staging, parent) {
    const last = ranges.at(-1);
    if (last !== undefined) return { exportTime: endOf(last) };
    if (parent === undefined)
      throw new TidemarkError('Internal', 'the plan has nothing to export and no parent');
    // The parent ends exactly at the requested time.
    return parent.cut;
  },
  // DynamoDB promises the boundaries of an export only to the minute, so its old images may be of another time.
  isExact: () => false,
};
