import {
  BatchWriteItemCommand,
  CreateBackupCommand,
  CreateTableCommand,
  DeleteBackupCommand,
  DeleteTableCommand,
  DescribeBackupCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  DynamoDBServiceException,
  ListBackupsCommand,
  RestoreTableFromBackupCommand,
  RestoreTableToPointInTimeCommand,
  ScanCommand,
  UpdateContinuousBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import { type Calls, type Client, type Operation, placeOf, ServiceError, urlAt } from '../client.ts';
import type { Endpoint } from '../endpoint.ts';

const commands: { [K in Operation]: new (input: Calls[K][0]) => object } = {
  CreateBackup: CreateBackupCommand,
  DescribeBackup: DescribeBackupCommand,
  ListBackups: ListBackupsCommand,
  DeleteBackup: DeleteBackupCommand,
  RestoreTableFromBackup: RestoreTableFromBackupCommand,
  RestoreTableToPointInTime: RestoreTableToPointInTimeCommand,
  DescribeContinuousBackups: DescribeContinuousBackupsCommand,
  UpdateContinuousBackups: UpdateContinuousBackupsCommand,
  DescribeTable: DescribeTableCommand,
  CreateTable: CreateTableCommand,
  DeleteTable: DeleteTableCommand,
  BatchWriteItem: BatchWriteItemCommand,
  Scan: ScanCommand,
};

/** Creates a client that sets only its endpoint and the signing name, as an application would. */
export function createSdkClient(endpoint: Endpoint, more: DynamoDBClientConfig = {}): DynamoDBClient {
  const { url, region, signingName, credentials } = endpoint;
  return new DynamoDBClient({
    endpoint: url,
    region,
    ...(credentials && { credentials }),
    ...(signingName !== undefined && { signingName }),
    ...more,
  });
}

export function createJavascriptClient(endpoint: Endpoint, more: DynamoDBClientConfig = {}): Client {
  const { region, credentials, tablesUrl } = endpoint;
  const tables = new DynamoDBClient({
    region,
    ...(credentials && { credentials }),
    ...(tablesUrl !== undefined && { endpoint: tablesUrl }),
  });
  const tidemarks = new Map<string, DynamoDBClient>();
  const tidemarkAt = (url: string): DynamoDBClient => {
    const client = tidemarks.get(url) ?? createSdkClient({ ...endpoint, url }, more);
    tidemarks.set(url, client);
    return client;
  };
  return {
    name: 'javascript',
    async call<K extends Operation>(operation: K, input: Calls[K][0], path?: string): Promise<Calls[K][1]> {
      const isOurs = placeOf(operation) === 'tidemark';
      const client = isOurs ? tidemarkAt(urlAt(endpoint.url, path)) : tables;
      try {
        // The compiler cannot see which command this is; the table above gives the right output type.
        const command = new commands[operation](input) as CreateBackupCommand;
        return await client.send(command);
      } catch (error) {
        throw error instanceof DynamoDBServiceException ? toServiceError(error) : error;
      }
    },
  };
}

function toServiceError(error: DynamoDBServiceException): ServiceError {
  const { name: ownClass } = error.constructor;
  return new ServiceError(
    ownClass === 'DynamoDBServiceException' || ownClass === 'ServiceException' ? error.name : ownClass,
    error.message,
  );
}
