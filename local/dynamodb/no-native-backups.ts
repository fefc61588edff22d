import { TidemarkError } from '../../lambda/runtime/errors.ts';
import type { NativeBackups } from '../../lambda/native/native-backups.ts';

/** Where the tables are in another database than DynamoDB, nobody but Tidemark makes backups. */
export const noNativeBackups: NativeBackups = {
  check: refuse,
  create: refuse,
  find: refuse,
  describe: refuse,
  delete: refuse,
  restore: refuse,
};

function refuse(): never {
  throw new TidemarkError(
    'Validation',
    "There are no backups of DynamoDB's own here: the source NATIVE needs a deployment on AWS",
  );
}
