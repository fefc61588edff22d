import {
  type DynamoDBClient,
  DynamoDBServiceException,
  RestoreTableFromBackupCommand,
  type RestoreTableFromBackupInput,
  RestoreTableToPointInTimeCommand,
  type RestoreTableToPointInTimeInput,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';

/** DynamoDB's own input of one of its restores as JSON: a time is epoch milliseconds. And who asked, for the log. */
export type RestoreCall = { readonly requestedBy?: string } & (
  | {
      readonly operation: 'RestoreTableToPointInTime';
      readonly input: Omit<RestoreTableToPointInTimeInput, 'RestoreDateTime'> & {
        readonly RestoreDateTime?: number;
      };
    }
  | { readonly operation: 'RestoreTableFromBackup'; readonly input: RestoreTableFromBackupInput }
);

/** What DynamoDB answered: the table that it makes, or why it refused. */
export type RestoreAnswer =
  | { readonly table: TableDescription }
  | { readonly error: { readonly name: string; readonly message: string } };

/** Has DynamoDB restore a table. What is no answer of DynamoDB's is thrown. */
export async function nativeRestore(dynamodb: DynamoDBClient, call: RestoreCall): Promise<RestoreAnswer> {
  try {
    return { table: (await restored(dynamodb, call)) ?? {} };
  } catch (error) {
    if (!(error instanceof DynamoDBServiceException)) throw error;
    return { error: { name: error.name, message: error.message } };
  }
}

async function restored(
  dynamodb: DynamoDBClient,
  { operation, input }: RestoreCall,
): Promise<TableDescription | undefined> {
  if (operation === 'RestoreTableFromBackup') {
    return (await dynamodb.send(new RestoreTableFromBackupCommand(input))).TableDescription;
  }
  const { RestoreDateTime: time, ...rest } = input;
  const command = new RestoreTableToPointInTimeCommand({
    ...rest,
    ...(time !== undefined && { RestoreDateTime: new Date(time) }),
  });
  return (await dynamodb.send(command)).TableDescription;
}
