import { type DynamoDBClient, ListTagsOfResourceCommand, paginateListTables } from '@aws-sdk/client-dynamodb';

/** The maximum number of tables in a list. No account can have more, so a longer list would never end. */
const maxTables = 20_000;

/** The maximum number of pages of tags: a table has at most 50 tags. */
const maxTagPages = 10;

/** Lists the names of all tables of the account and region, in no order. */
export async function listTableNames(dynamodb: DynamoDBClient): Promise<string[]> {
  const names: string[] = [];
  for await (const { TableNames = [] } of paginateListTables({ client: dynamodb }, {})) {
    names.push(...TableNames);
    if (names.length >= maxTables) break;
  }
  return names;
}

/** Reads the tags of a table. */
export async function readTags(
  dynamodb: DynamoDBClient,
  tableArn: string,
): Promise<ReadonlyMap<string, string>> {
  const tags = new Map<string, string>();
  let NextToken: string | undefined;
  for (let page = 0; page < maxTagPages; page++) {
    const answer = await dynamodb.send(
      new ListTagsOfResourceCommand({ ResourceArn: tableArn, ...(NextToken && { NextToken }) }),
    );
    for (const { Key = '', Value = '' } of answer.Tags ?? []) tags.set(Key, Value);
    NextToken = answer.NextToken;
    if (NextToken === undefined || NextToken === '') break;
  }
  return tags;
}
