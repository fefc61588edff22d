import {
  CreateTableCommand,
  type GlobalSecondaryIndex,
  type TableDescription as SdkTableDescription,
} from '@aws-sdk/client-dynamodb';
import type { RestoreRecord } from '../model/records.ts';
import { isServiceError, reasonOf, TidemarkError } from '../runtime/errors.ts';
import { isQuota } from '../runtime/throttling.ts';
import type { Services } from '../services/services.ts';
import { createRestoreTag } from './restore-tag.ts';
import { buildTableParameters } from './table-parameters.ts';
import { targetLostError } from './target-table.ts';

/**
 * Lets DynamoDB check, before the first item is written, all settings that the new table gets after it is loaded. The
 * check is a request to create the table as it will be in the end: DynamoDB checks its parameters first, and then
 * answers that the table exists. Deletion protection is left out, so that the restore could remove the table if there
 * were none after all.
 *
 * Throws `TargetRefused` if DynamoDB refuses the settings, and `TargetTableLost` if the table was not there.
 */
export async function checkFinalSettings(
  services: Pick<Services, 'dynamodb' | 'log' | 'secret'>,
  restore: RestoreRecord,
  { TableArn: arn }: SdkTableDescription,
): Promise<void> {
  const { dynamodb, log } = services;
  const { id, target, description } = restore;
  const { billingMode, provisionedThroughput, onDemandThroughput, stream, tableClass } = description;
  const global = description.globalSecondaryIndexes as GlobalSecondaryIndex[];
  try {
    await dynamodb.send(
      new CreateTableCommand({
        ...buildTableParameters(target, description),
        AttributeDefinitions: [...description.attributeDefinitions],
        BillingMode: billingMode,
        ...(global.length > 0 && { GlobalSecondaryIndexes: global }),
        ...(provisionedThroughput && { ProvisionedThroughput: provisionedThroughput }),
        ...(onDemandThroughput && { OnDemandThroughput: onDemandThroughput }),
        ...(stream && { StreamSpecification: stream }),
        ...(tableClass && { TableClass: tableClass }),
        Tags: [await createRestoreTag(services, arn, restore)],
      }),
    );
  } catch (error) {
    if (isServiceError(error, 'ResourceInUseException')) return;
    if (isServiceError(error, 'ValidationException') || isQuota(error)) {
      throw new TidemarkError(
        'TargetRefused',
        `DynamoDB refuses the settings of ${target}: ${reasonOf(error)}`,
        {
          cause: error,
        },
      );
    }
    // Any other answer says nothing about the settings.
    log.warn('the settings of a restored table were not checked', { restore: id, reason: reasonOf(error) });
    return;
  }
  throw targetLostError(restore);
}
