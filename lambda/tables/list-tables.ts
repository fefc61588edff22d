import { type DynamoDBClient, ListTagsOfResourceCommand, paginateListTables } from '@aws-sdk/client-dynamodb';

/** More tables than an account can have: a longer list does not end. */
const maxTables = 20_000;

/** More pages of tags than a table can have: 50 tags. */
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
