import { CreateTableCommand, type GlobalSecondaryIndex } from '@aws-sdk/client-dynamodb';
import type { RestoreRecord } from '../model/records.ts';
import { tableNameOf } from '../model/backup-arn.ts';
import { requestTimeOf } from '../model/ids.ts';
import { isServiceError, reasonOf, TidemarkError } from '../runtime/errors.ts';
import { isQuota } from '../runtime/throttling.ts';
import type { Services } from '../services/services.ts';
import { checkClock } from '../tables/clock-skew.ts';
import { buildTableParameters } from './table-parameters.ts';
import { clockSkewMs } from './target-evidence.ts';

/**
 * Lets DynamoDB check the whole table that a restore is to make, before anything is staged or created for it. The check is
 * a request to create the catalog's own table again, with the settings that the target has in the end: DynamoDB checks
 * the parameters first, and then answers that a table of this name exists. The catalog's is the only name of which that
 * is certain.
 *
 * Throws `TargetRefused` with DynamoDB's reason, and `ClockSkewTooLarge`.
 */
export async function checkTarget(
  { config, dynamodb, log }: Pick<Services, 'config' | 'dynamodb' | 'log'>,
  { id, target, description }: RestoreRecord,
): Promise<void> {
  const { billingMode, provisionedThroughput, onDemandThroughput, stream, tableClass } = description;
  const global = description.globalSecondaryIndexes as GlobalSecondaryIndex[];
  try {
    await dynamodb.send(
      new CreateTableCommand({
        ...buildTableParameters(tableNameOf(config.catalogArn), description),
        AttributeDefinitions: [...description.attributeDefinitions],
        BillingMode: billingMode,
        ...(global.length > 0 && { GlobalSecondaryIndexes: global }),
        ...(provisionedThroughput && { ProvisionedThroughput: provisionedThroughput }),
        ...(onDemandThroughput && { OnDemandThroughput: onDemandThroughput }),
        ...(stream && { StreamSpecification: stream }),
        ...(tableClass && { TableClass: tableClass }),
      }),
    );
    throw new TidemarkError('Internal', 'there was no catalog, and a check has created its table');
  } catch (error) {
    // By a request's time that is too far ahead, the table would seem to be older than the request: not this restore's.
    if (error instanceof Error) checkClock("the restore's request", requestTimeOf(id), error, clockSkewMs);
    if (isServiceError(error, 'ResourceInUseException')) return;
    if (isServiceError(error, 'ValidationException') || isQuota(error)) {
      throw new TidemarkError(
        'TargetRefused',
        `DynamoDB refuses the settings of ${target}: ${reasonOf(error)}`,
        { cause: error },
      );
    }
    if (error instanceof TidemarkError) throw error;
    // Any other answer says nothing about the settings.
    log.warn('the settings of a restored table were not checked', { restore: id, reason: reasonOf(error) });
  }
}
