import { parseTableReference, tableNameOf } from '../../../model/backup-arn.ts';
import { encodeRestoredTable } from '../encode-table.ts';
import { prefixes } from '../error-names.ts';
import { exampleTable } from '../examples.ts';
import { tableNameOrArnByLength } from '../names.ts';
import { createOperation } from '../operation.ts';

const type = `${prefixes.model}ResourceNotFoundException`;
const describeMissing = (table: string) =>
  `Requested resource not found: Table: ${tableNameOf(table)} not found`;

export const describeTable = createOperation({
  name: 'DescribeTable',
  text: 'Describes a table. A table that is being restored is CREATING until its content is complete.',
  verbs: ['read', 'backup', 'restore', 'reencrypt'],
  members: { TableName: { ...tableNameOrArnByLength, names: 'any', required: true } },
  // DescribeTable is older than DynamoDB's backup operations and has another name for this error.
  errors: [
    { code: 'TableNotFound', type, about: { members: ['TableName'], text: describeMissing } },
    // Waiters decide by the type alone, and show the text when they give up.
    {
      code: 'RestoreFailed',
      type,
      about: { members: ['TableName'], text: (table, own) => `${describeMissing(table)}. ${own}` },
    },
  ],
  example: { TableName: exampleTable },
  run: async (operations, { TableName }) => {
    const { table, restore } = await operations.describeTable(parseTableReference(TableName));
    return { Table: restore === undefined ? table : encodeRestoredTable(table, restore) };
  },
});
