import {
  DescribeImportCommand,
  ImportTableCommand,
  type ImportTableDescription,
  ListImportsCommand,
} from '@aws-sdk/client-dynamodb';
import { buildSiblingTableArn } from '../model/backup-arn.ts';
import type { RestoreRecord } from '../model/records.ts';
import { isError, isServiceError, reasonOf, TidemarkError } from '../runtime/errors.ts';
import { followPages } from '../runtime/follow-pages.ts';
import type { Services } from '../services/services.ts';
import { isQuota } from '../runtime/throttling.ts';
import { importSourceOf } from './import-source.ts';
import { isOwnImport } from './target-evidence.ts';
import { buildTableParameters } from './table-parameters.ts';

/**
 * How DynamoDB's imports differ from their reference, as measured by the authors of a conformance suite
 * (scylladb/scylladb, test/alternator/test_import.py) and reported in boto/boto3#3463:
 * - A request repeated with its token returns the first request's import only while that import runs. After its end,
 *   the repeat fails because the table exists. So an import whose answer was lost is searched for in the list of
 *   imports.
 * - The list contains running imports too.
 * - DescribeTable may not show the table while it is imported, and nobody can delete it; its id is known at once.
 * - The counts may stay zero until the end.
 */

/**
 * Starts the restore's import, unless it has been started before. Returns its ARN, or undefined if too many imports are
 * running to start one now. Throws `TableAlreadyExists` if this restore did not make the table of that name.
 */
export async function startImport(services: Services, restore: RestoreRecord): Promise<string | undefined> {
  const command = new ImportTableCommand({
    ClientToken: restore.id,
    S3BucketSource: importSourceOf(services, restore),
    InputFormat: 'DYNAMODB_JSON',
    InputCompressionType: 'GZIP',
    TableCreationParameters: buildTableParameters(restore.target, restore.description),
  });
  try {
    return (await services.dynamodb.send(command)).ImportTableDescription?.ImportArn;
  } catch (error) {
    if (isServiceError(error, 'LimitExceededException') && !isQuota(error)) {
      services.log.warn('no import can start now', { restore: restore.id, reason: reasonOf(error) });
      return undefined;
    }
    if (!isServiceError(error, 'ResourceInUseException')) throw error;
    const started = await findListedImport(services, restore);
    if (started !== undefined) return started;
    throw new TidemarkError('TableAlreadyExists', `Table already exists: ${restore.target}`, {
      cause: error,
    });
  }
}

/**
 * Describes the restore's import. Returns undefined if none was started. Searches the list of imports if the record
 * has no ARN: the answer with the ARN may have been lost. Ignores an ARN on the record that is not of the restore's own
 * import.
 */
export async function findImport(
  services: Services,
  restore: RestoreRecord,
): Promise<ImportTableDescription | undefined> {
  const arn = restore.importArn ?? (await findListedImport(services, restore));
  try {
    return arn === undefined ? undefined : await describeImport(services, restore, arn);
  } catch (error) {
    if (isError(error, 'ImportFailed')) {
      services.log.error('the import on a restore’s record is not the restore’s', { restore: restore.id });
      return undefined;
    }
    // DynamoDB forgets an import after 90 days.
    if (isServiceError(error, 'ImportNotFoundException')) return undefined;
    throw error;
  }
}

/** Describes the restore's import. Throws `ImportFailed` if the import of that ARN is not the restore's own. */
export async function describeImport(
  services: Services,
  restore: RestoreRecord,
  arn: string,
): Promise<ImportTableDescription> {
  const { ImportTableDescription: description = {} } = await services.dynamodb.send(
    new DescribeImportCommand({ ImportArn: arn }),
  );
  if (isOwnImport(services, restore, description)) return description;
  throw new TidemarkError('ImportFailed', `${arn} is not the import of restore ${restore.id}`);
}

/** True until DynamoDB has finished with the import's table. */
export function isImportRunning({ ImportStatus: status }: ImportTableDescription): boolean {
  return status === 'IN_PROGRESS' || status === 'CANCELLING';
}

/** True while DescribeTable may not show the table of an ended import yet: DescribeTable is eventually consistent. */
export function mayTableAppear(
  { clock, config }: Pick<Services, 'clock' | 'config'>,
  { EndTime }: ImportTableDescription,
): boolean {
  return EndTime !== undefined && clock.now() - EndTime.getTime() < config.importShownMs;
}

async function findListedImport(services: Services, restore: RestoreRecord): Promise<string | undefined> {
  const TableArn = buildSiblingTableArn(restore.source.arn, restore.target);
  const { S3KeyPrefix } = importSourceOf(services, restore);
  const pages = followPages(
    'ListImports',
    (NextToken: string | undefined) =>
      services.dynamodb.send(new ListImportsCommand({ TableArn, NextToken })),
    ({ NextToken }) => NextToken,
  );
  for await (const { ImportSummaryList = [] } of pages) {
    const found = ImportSummaryList.find((each) => each.S3BucketSource?.S3KeyPrefix === S3KeyPrefix);
    if (found !== undefined) return found.ImportArn;
  }
  return undefined;
}
