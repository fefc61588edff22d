import { tableNameOf } from '../../lambda/model/backup-arn.ts';
import { isJsonObject } from '../../lambda/dialects/dynamodb/json.ts';

/** The tables of a PartiQL statement. */
const inStatement = /\b(?:FROM|INTO|UPDATE)\s+(?:"([^"]+)"|([A-Za-z0-9_.-]+))/gi;

/**
 * Finds the names of the tables in a call of DynamoDB's protocol, for any operation. Ignores members of a wrong type: the
 * database refuses them.
 */
export function findTableNames(call: unknown): string[] {
  if (!isJsonObject(call)) return [];
  const { TableName, TableArn, ResourceArn, Statement, RequestItems, TableCreationParameters } = call;
  const { TransactItems, Statements, TransactStatements } = call;
  return [
    ...[TableName, TableArn, ResourceArn].filter((name) => typeof name === 'string').map(tableNameOf),
    ...(typeof Statement === 'string' ? findStatementTables(Statement) : []),
    ...(isJsonObject(RequestItems) ? Object.keys(RequestItems).map(tableNameOf) : []),
    ...findTableNames(TableCreationParameters),
    ...[TransactItems, Statements, TransactStatements].flatMap(readNames),
  ];
}

/** Reads the tables of a list. Its elements name their tables like calls; those of a transaction, one level deeper. */
function readNames(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list
    .filter(isJsonObject)
    .flatMap((element) => [...findTableNames(element), ...Object.values(element).flatMap(findTableNames)]);
}

function findStatementTables(statement: string): string[] {
  return [...statement.matchAll(inStatement)].map(([, quoted, bare]) => String(quoted ?? bare));
}
