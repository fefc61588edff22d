import { TidemarkError } from '../../lambda/runtime/errors.ts';
import type { NativeBackups } from '../../lambda/native/native-backups.ts';

/** The port of on-demand backups for a database without them: it finds none, and rejects every other call. */
export const noNativeBackups: NativeBackups = {
  check: refuse,
  create: refuse,
  find: refuse,
  describe: refuse,
  describeForeign: async () => undefined,
  listForeign: async () => ({ backups: [] }),
  delete: refuse,
  restore: refuse,
};

function refuse(): never {
  throw new TidemarkError(
    'Validation',
    "DynamoDB's on-demand backups do not exist here: the source NATIVE needs a deployment on AWS",
  );
}
