import type { Endpoint } from './endpoint.ts';
import { alterBackup } from './endpoints/alter-backup.ts';
import { createBackup } from './endpoints/create-backup.ts';
import { createDatasink } from './endpoints/create-datasink.ts';
import { createDatasource } from './endpoints/create-datasource.ts';
import { dropBackup } from './endpoints/drop-backup.ts';
import { dropDatasink } from './endpoints/drop-datasink.ts';
import { restoreBackup } from './endpoints/restore-backup.ts';
import { showBackup } from './endpoints/show-backup.ts';
import { showDatasink } from './endpoints/show-datasink.ts';
import { showDatasource } from './endpoints/show-datasource.ts';
import { showSystemProperties } from './endpoints/show-system-properties.ts';
import { showSystemStatus } from './endpoints/show-system-status.ts';
import { verifyBackup } from './endpoints/verify-backup.ts';

/** Every endpoint of the API. */
export const endpoints: readonly Endpoint[] = [
  createBackup,
  alterBackup,
  showBackup,
  restoreBackup,
  verifyBackup,
  dropBackup,
  createDatasink,
  showDatasink,
  dropDatasink,
  createDatasource,
  showDatasource,
  showSystemStatus,
  showSystemProperties,
];
