import { parseTableReference } from '../../../model/backup-arn.ts';
import { oneOf } from '../constraints.ts';
import { encodeDetails } from '../encode-backup.ts';
import { exampleTable } from '../examples.ts';
import { newName, tableNameOrArn } from '../names.ts';
import { createOperation, readRequestKey, whenDefined } from '../operation.ts';
import { comment, kindForm, sinkForm } from '../option-members.ts';
import { toLowerCase } from '../words.ts';

export const createBackup = createOperation({
  name: 'CreateBackup',
  text: 'Catalogs a backup of a table and answers at once. Tidemark then stores the content of the table at the time of the request.',
  verbs: ['backup'],
  members: {
    TableName: { ...tableNameOrArn, required: true },
    BackupName: { ...newName, required: true, text: "The backup's name. Names need not be unique." },
    TidemarkOptions: {
      type: 'structure',
      shape: 'TidemarkBackupOptions',
      closed: true,
      text: 'Options that only Tidemark offers.',
      members: {
        Kind: {
          ...kindForm,
          text: 'The content to store: the whole table, or the changes since the last snapshot or since the last full one.',
        },
        Source: {
          type: 'string',
          constraints: [oneOf('EXPORT', 'STREAM', 'SCAN', 'NATIVE')],
          text: "The source of the content: DynamoDB's export of the table, the table's stream, or a scan of it; or NATIVE, if DynamoDB is to make and keep the backup.",
        },
        Comment: comment,
        Checksum: {
          type: 'boolean',
          text: 'If true, the written objects are read back before the backup is AVAILABLE.',
        },
        DataSink: {
          ...sinkForm,
          text: "The data sink to store the backup in. By default the deployment's own bucket.",
        },
      },
    },
  },
  errors: [
    'TableNotFound',
    'TableInUse',
    'ContinuousBackupsUnavailable',
    'LimitExceeded',
    'SinkNotFound',
    'SinkUnreachable',
  ],
  example: {
    TableName: exampleTable,
    BackupName: 'nightly',
    TidemarkOptions: { Kind: 'INCREMENTAL', Source: 'STREAM', Comment: 'before the new release' },
  },
  run: async (operations, { TableName, BackupName, TidemarkOptions }, request) => {
    const { Kind, Source, Comment, Checksum, DataSink } = TidemarkOptions ?? {};
    const record = await operations.createBackup({
      ...parseTableReference(TableName),
      name: BackupName,
      ...whenDefined('kind', Kind && toLowerCase(Kind)),
      ...whenDefined('source', Source && toLowerCase(Source)),
      ...whenDefined('comment', Comment),
      ...(Checksum && { checksum: true as const }),
      ...whenDefined('sink', DataSink),
      ...whenDefined('requestedBy', request.caller),
      ...readRequestKey(request),
    });
    return { BackupDetails: encodeDetails(record) };
  },
});
