import {
  type DynamoDBClient,
  DynamoDBServiceException,
  RestoreTableToPointInTimeCommand,
  type RestoreTableToPointInTimeInput,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';

/** DynamoDB's own input as JSON: its time is epoch milliseconds. */
export type RestoreCall = Omit<RestoreTableToPointInTimeInput, 'RestoreDateTime'> & {
  readonly RestoreDateTime?: number;
};

/** What DynamoDB answered: the table that it makes, or why it refused. */
export type RestoreAnswer =
  | { readonly table: TableDescription }
  | { readonly error: { readonly name: string; readonly message: string } };

/** Has DynamoDB restore a table. What is no answer of DynamoDB's is thrown. */
export async function restoreToPointInTime(
  dynamodb: DynamoDBClient,
  { RestoreDateTime, ...call }: RestoreCall,
): Promise<RestoreAnswer> {
  const input = {
    ...call,
    ...(RestoreDateTime !== undefined && { RestoreDateTime: new Date(RestoreDateTime) }),
  };
  try {
    const { TableDescription } = await dynamodb.send(new RestoreTableToPointInTimeCommand(input));
    return { table: TableDescription ?? {} };
  } catch (error) {
    if (!(error instanceof DynamoDBServiceException)) throw error;
    return { error: { name: error.name, message: error.message } };
  }
}
