/** The smallest handler that calls DynamoDB. The real handler's loading and first call are compared with it. */
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';

const dynamodb = new DynamoDBClient();

export async function handler(): Promise<{ statusCode: number }> {
  await dynamodb.send(new DescribeTableCommand({ TableName: 'orders' }));
  return { statusCode: 200 };
}
