import { expect, it } from 'vitest';
import { createBackupJob } from '../../../lambda/jobs/job.ts';
import { openBackupStaging, namePart } from '../../../lambda/jobs/staging.ts';
import { createBackupId } from '../../../lambda/model/ids.ts';
import { type ScanResult, scanTask, stageSegment } from '../../../lambda/sources/scan/stage-segment.ts';
import { describeTable } from '../../../lambda/tables/table.ts';
import { shiftClock } from '../../support/simulated-clock.ts';
import { useTidemark } from '../../support/use-tidemark.ts';

const world = useTidemark({ items: 5 });

it.each([-3_600_000, 3_600_000])(
  'a scan by a clock that is %i ms ahead ends at DynamoDB’s time, which the stream’s records have too',
  async (aheadMs) => {
    const { database, harness, table } = world;
    const services = { ...harness.services, clock: shiftClock(database.clock, aheadMs) };
    const { identity } = await describeTable(services.dynamodb, table);
    const before = database.clock.now();
    const staging = openBackupStaging(services, createBackupJob(table, createBackupId(before, '00000000')));
    const origin = { source: 'scan', stream: 'a-stream', segments: 1 } as const;
    await stageSegment(services, origin, { table: identity, staging, task: 0, part: 0 });
    const { endedAt } = await staging.read<ScanResult>(namePart(scanTask(0), 0));
    expect(endedAt).toBeGreaterThanOrEqual(before);
    expect(endedAt).toBeLessThanOrEqual(database.clock.now() + 1000);
  },
);
