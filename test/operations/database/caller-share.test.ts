import { describe, expect, it, vi } from 'vitest';
import { admitRequest } from '../../../lambda/operations/create-backup.ts';
import { useTidemark } from '../../support/use-tidemark.ts';

const world = useTidemark({ items: 1 });

const role = (session: string, name = 'ci') => `arn:aws:sts::111122223333:assumed-role/${name}/${session}`;
const user = 'arn:aws:iam::111122223333:user/ada';

describe('of the 50 backups a second', () => {
  it('one caller gets 40 at most, however many it requests and under however many names of its sessions', async () => {
    const { services } = world.harness;
    const now = services.clock.now();
    vi.spyOn(services.clock, 'now').mockReturnValue(now);
    const admit = async (requests: number, callerOf: (n: number) => string | undefined) => {
      let admitted = 0;
      for (let n = 0; n < requests; n++) if (await admitRequest(services, callerOf(n))) admitted++;
      return admitted;
    };
    expect(await admit(60, (n) => role(`session-${n}`))).toBe(40);
    expect(await admit(8, () => role('another', 'deploy'))).toBe(8);
    expect(await admit(8, () => user)).toBe(2);
  });
});
