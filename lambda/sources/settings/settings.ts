import { passOver, type SourceModule } from '../source.ts';
import { planSettings, type SettingsOrigin } from './choose.ts';

/** A table's settings alone, without its items, so that a restore makes an empty table. Only a request chooses it. */
export const settingsSource: SourceModule<SettingsOrigin> = {
  continuesOlder: false,
  look: async () => ({}),
  continueParent: () => passOver(),
  readWhole: planSettings,
  countTasks: () => 0,
  collect: async () => ({ status: 'done', files: [] }),
  findCut: async ({ time }) => ({ exportTime: time }),
  isExact: () => true,
};
