/** The least that answers from DynamoDB: what a handler's loading and first call are held against. */
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';

const dynamodb = new DynamoDBClient();

export async function handler(): Promise<{ statusCode: number }> {
  await dynamodb.send(new DescribeTableCommand({ TableName: 'orders' }));
  return { statusCode: 200 };
}
