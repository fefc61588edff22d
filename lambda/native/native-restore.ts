import {
  type DynamoDBClient,
  DynamoDBServiceException,
  RestoreTableFromBackupCommand,
  type RestoreTableFromBackupInput,
  RestoreTableToPointInTimeCommand,
  type RestoreTableToPointInTimeInput,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';

/** The input of one of DynamoDB's own restores as JSON, with times in epoch milliseconds; and the caller, for the log. */
export type RestoreCall = { readonly requestedBy?: string } & (
  | {
      readonly operation: 'RestoreTableToPointInTime';
      readonly input: Omit<RestoreTableToPointInTimeInput, 'RestoreDateTime'> & {
        readonly RestoreDateTime?: number;
      };
    }
  | { readonly operation: 'RestoreTableFromBackup'; readonly input: RestoreTableFromBackupInput }
);

/** DynamoDB's answer: the table that it creates, or its error. */
export type RestoreAnswer =
  | { readonly table: TableDescription }
  | { readonly error: { readonly name: string; readonly message: string } };

/** Requests a restore from DynamoDB. Returns DynamoDB's errors, and throws any other error. */
export async function requestRestore(dynamodb: DynamoDBClient, call: RestoreCall): Promise<RestoreAnswer> {
  try {
    return { table: (await send(dynamodb, call)) ?? {} };
  } catch (error) {
    if (!(error instanceof DynamoDBServiceException)) throw error;
    return { error: { name: error.name, message: error.message } };
  }
}

async function send(
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
