import {
  DescribeImportCommand,
  ImportTableCommand,
  type ImportTableDescription,
  paginateListImports,
} from '@aws-sdk/client-dynamodb';
import { siblingTableArn } from '../model/backup-arn.ts';
import type { RestoreRecord } from '../model/records.ts';
import { isServiceError, reasonOf, TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { isQuota } from '../runtime/throttling.ts';
import { importSourceOf } from './import-source.ts';
import { buildTableParameters } from './table-parameters.ts';

/**
 * What DynamoDB's imports were measured to do otherwise than their reference says, by the authors of a conformance suite
 * (scylladb/scylladb, test/alternator/test_import.py) and in boto/boto3#3463:
 * - a request repeated with its token gives the first one's import only while that runs; after its end, the table is in
 *   use like any other's. So an import whose answer was lost is looked for in the list.
 * - the list has imports in progress too.
 * - the table may not be there for DescribeTable while it is imported, and cannot be deleted; its id is known at once.
 * - the counts may stay zero until the end.
 */

/**
 * Starts the restore's import, or finds the one that was started: its ARN. Undefined if so many imports run that DynamoDB
 * takes no more now. Throws `TableAlreadyExists` if a table of that name is there that this restore did not make.
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
      services.log.warn('no import can begin now', { restore: restore.id, reason: reasonOf(error) });
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
 * The restore's import as DynamoDB describes it; undefined if none was started. It is looked for if its ARN is not on the
 * record: the answer that told it may have been lost.
 */
export async function findImport(
  services: Services,
  restore: RestoreRecord,
): Promise<ImportTableDescription | undefined> {
  const arn = restore.importArn ?? (await findListedImport(services, restore));
  try {
    return arn === undefined ? undefined : await describeImport(services, arn);
  } catch (error) {
    // DynamoDB remembers imports for 90 days.
    if (isServiceError(error, 'ImportNotFoundException')) return undefined;
    throw error;
  }
}

export async function describeImport({ dynamodb }: Services, arn: string): Promise<ImportTableDescription> {
  const { ImportTableDescription: description } = await dynamodb.send(
    new DescribeImportCommand({ ImportArn: arn }),
  );
  return description ?? {};
}

/** True until DynamoDB is done with the import's table. */
export function isImportRunning({ ImportStatus: status }: ImportTableDescription): boolean {
  return status === 'IN_PROGRESS' || status === 'CANCELLING';
}

/** True while the table of an import that has ended may be there although DescribeTable does not tell of it. */
export function mayTableAppear(
  { clock, config }: Pick<Services, 'clock' | 'config'>,
  { EndTime }: ImportTableDescription,
): boolean {
  return EndTime !== undefined && clock.now() - EndTime.getTime() < config.importShownMs;
}

async function findListedImport(services: Services, restore: RestoreRecord): Promise<string | undefined> {
  const TableArn = siblingTableArn(restore.source.arn, restore.target);
  const { S3KeyPrefix } = importSourceOf(services, restore);
  for await (const { ImportSummaryList = [] } of paginateListImports(
    { client: services.dynamodb },
    { TableArn },
  )) {
    const found = ImportSummaryList.find((each) => each.S3BucketSource?.S3KeyPrefix === S3KeyPrefix);
    if (found !== undefined) return found.ImportArn;
  }
  return undefined;
}
