/** The actions on a resource, in the form of `rightsOf`. */
export const on = (resource: string, ...actions: string[]) =>
  actions.map((action) => `${action} on ${resource}`);
const catalogRead = on('catalog', 'dynamodb:GetItem', 'dynamodb:Query');
const writes = ['ConditionCheckItem', 'PutItem', 'UpdateItem', 'DeleteItem'].map(
  (action) => `dynamodb:${action}`,
);
/** Finds the place of a data sink that a request has made. */
const madeSinks = 'dynamodb:GetItem on catalog if in SINKS';
/** Reads the catalog, and writes all its records except those of restores. */
const catalog = [
  ...catalogRead,
  ...writes.map((action) => `${action} on catalog if in TABLE, SETS, NATIVE, COUNTER, REQUEST`),
];
const catalogWithRestores = [
  ...catalogRead,
  ...writes.map((action) => `${action} on catalog if in TABLE, SETS, NATIVE, COUNTER, REQUEST, RESTORE`),
];
const describeTables = on('user tables', 'dynamodb:DescribeTable', 'dynamodb:DescribeTimeToLive');
const describeRecovery = 'dynamodb:DescribeContinuousBackups on user tables';
const read = (...areas: string[]) => [
  ...areas.map((area) => `s3:GetObject on ${area}`),
  's3:ListBucket on bucket',
  'kms:Decrypt on key by S3',
];
const sign = 'kms:GenerateMac on secret';
const put = (...places: string[]) => [
  ...places.flatMap((place) => on(place, 's3:PutObject', 's3:AbortMultipartUpload')),
  'kms:GenerateDataKey on key by S3',
];
/** Reads staging, and writes objects of these names to the staging folders of a machine's jobs. */
const stage = (machine: 'backup' | 'restore', ...names: string[]) => [
  ...put(...['failure/*', ...names].map((name) => `${machine} staging ${name}`)),
  sign,
];
const start = (...machines: string[]) =>
  machines.map((machine) => `states:StartExecution on ${machine} machine`);

/** The actions that write items of a table. */
export const writing = ['BatchWriteItem', 'PutItem', 'UpdateItem', 'DeleteItem'].map(
  (action) => `dynamodb:${action}`,
);

const userKeys = on(
  'user keys by DynamoDB',
  ...[
    'CreateGrant',
    'Decrypt',
    'DescribeKey',
    'Encrypt',
    'GenerateDataKey',
    'ReEncryptFrom',
    'ReEncryptTo',
  ].map((action) => `kms:${action}`),
);

const userKeysForReading = on('user keys by DynamoDB', 'kms:Decrypt', 'kms:DescribeKey');
const finish = 'dynamodb:TagResource on user tables if finishing';

const describeImports = ['dynamodb:DescribeImport on imports', 'dynamodb:ListImports on *'];

const describeNative = 'dynamodb:DescribeBackup on native backups';

const setWrites = ['PutItem', 'UpdateItem', 'DeleteItem'].map(
  (action) => `dynamodb:${action} on catalog if in SETS`,
);

const requestBackups = [
  ...catalogRead,
  ...['PutItem', 'UpdateItem'].map(
    (action) => `dynamodb:${action} on catalog if in TABLE, NATIVE, REQUEST, COUNTER`,
  ),
  'dynamodb:DeleteItem on catalog if in NATIVE, REQUEST',
  ...describeTables,
  describeRecovery,
  ...start('backup'),
];

/** All rights of each handler's function, in any order. */
export const expectedRights: Readonly<Record<string, readonly string[]>> = {
  'api-dispatch': ['read', 'backup', 'delete', 'restore', 'recovery'].map(
    (verb) => `lambda:InvokeFunction on ${verb} function`,
  ),
  'api-read': [
    ...catalogRead,
    'dynamodb:DescribeTable on user tables',
    describeRecovery,
    describeNative,
    'dynamodb:ListBackups on *',
    ...read('tables'),
    'kms:GenerateMac on token secret',
    'lambda:InvokeFunction on damage function',
  ],
  'note-damage': ['dynamodb:GetItem on catalog', 'dynamodb:UpdateItem on catalog if in TABLE and of damage'],
  'api-backup': [
    ...requestBackups,
    ...setWrites,
    ...on('user tables', 'dynamodb:CreateBackup', 'dynamodb:ListTagsOfResource'),
    describeNative,
    'dynamodb:ListBackups on *',
    'dynamodb:ListTables on *',
  ],
  'api-delete': [
    ...catalogRead,
    ...['ConditionCheckItem', 'PutItem', 'UpdateItem', 'DeleteItem'].map(
      (action) => `dynamodb:${action} on catalog if in TABLE, NATIVE`,
    ),
    ...setWrites,
    ...on('native backups', 'dynamodb:DescribeBackup', 'dynamodb:DeleteBackup'),
    'dynamodb:ListBackups on *',
  ],
  'api-restore': [
    ...catalogRead,
    'dynamodb:PutItem on catalog if in RESTORE',
    'dynamodb:UpdateItem on catalog if in TABLE, COUNTER',
    'dynamodb:DescribeTable on user tables',
    describeNative,
    'dynamodb:ListBackups on *',
    'lambda:InvokeFunction on native restore function',
    ...start('restore'),
  ],
  'api-recovery': [
    ...catalogRead,
    ...on(
      'user tables',
      'dynamodb:DescribeTable',
      'dynamodb:DescribeContinuousBackups',
      'dynamodb:UpdateContinuousBackups',
    ),
  ],
  'rds-api': [
    ...catalog,
    'dynamodb:UpdateItem on catalog if in NONCE',
    ...describeTables,
    describeRecovery,
    ...on('user tables', 'dynamodb:CreateBackup', 'dynamodb:ListTagsOfResource'),
    ...on('native backups', 'dynamodb:DescribeBackup', 'dynamodb:DeleteBackup'),
    'dynamodb:ListTables on *',
    ...start('backup'),
    'secretsmanager:GetSecretValue on keys of RDS',
  ],
  'kinetica-api': [
    ...catalog,
    'dynamodb:PutItem on catalog if in RESTORE',
    'dynamodb:UpdateItem on catalog if in TABLE, COUNTER',
    ...on('catalog if in SINKS', 'dynamodb:PutItem', 'dynamodb:UpdateItem'),
    ...describeTables,
    describeRecovery,
    'dynamodb:ListTagsOfResource on user tables',
    ...on('native backups', 'dynamodb:DescribeBackup', 'dynamodb:DeleteBackup'),
    'dynamodb:ListTables on *',
    ...read('tables'),
    ...start('backup', 'restore'),
    'lambda:InvokeFunction on native restore function',
    'secretsmanager:GetSecretValue on keys of Kinetica',
  ],
  'native-restore': [
    ...on(
      'user tables',
      'dynamodb:RestoreTableToPointInTime',
      'dynamodb:RestoreTableFromBackup',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'dynamodb:Scan',
      ...writing,
    ),
    'dynamodb:RestoreTableFromBackup on native backups',
    ...userKeys,
  ],
  schedule: [
    ...requestBackups,
    ...on('undelivered', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'),
  ],
  reconcile: [
    ...catalogWithRestores,
    ...describeTables,
    describeRecovery,
    'dynamodb:DescribeStream on user streams',
    ...start('backup', 'restore'),
    ...read('staging'),
    'states:DescribeExecution on executions',
    'dynamodb:CreateBackup on user tables',
    ...on('native backups', 'dynamodb:DescribeBackup', 'dynamodb:DeleteBackup'),
    'dynamodb:ListBackups on *',
    'dynamodb:ListTagsOfResource on user tables',
    ...describeImports,
    'dynamodb:DeleteTable on user tables if tagged',
    sign,
    finish,
  ],
  sweep: [
    ...on('catalog', 'dynamodb:GetItem', 'dynamodb:Query'),
    ...on('catalog', 'dynamodb:ConditionCheckItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem').map(
      (right) => `${right} if in TABLE`,
    ),
    's3:GetObject on manifests',
    'kms:Decrypt on key by S3',
    's3:ListBucket on bucket below both areas',
    's3:DeleteObject on staging',
    's3:DeleteObject on tables',
  ],
  begin: [
    ...catalog,
    ...describeTables,
    describeRecovery,
    'dynamodb:DescribeStream on user streams',
    ...read('staging', 'tables'),
    ...stage('backup', '*/plan.json', '*/start-over.json'),
    ...start('backup'),
  ],
  scan: [
    ...on('user tables', 'dynamodb:Scan', 'dynamodb:DescribeTable'),
    ...userKeysForReading,
    ...read('staging'),
    ...stage('backup', '*/scan/*'),
  ],
  collect: [
    madeSinks,
    describeRecovery,
    'dynamodb:ExportTableToPointInTime on user tables',
    'dynamodb:DescribeExport on user exports',
    's3:PutObjectAcl on backup staging export/*',
    ...on('user streams', 'dynamodb:DescribeStream', 'dynamodb:GetShardIterator', 'dynamodb:GetRecords'),
    ...userKeysForReading,
    ...read('staging', 'tables'),
    ...stage('backup', '*/stream/*', 'export/*', '*/partition/plan.json', '*/start-over.json'),
  ],
  partition: [...read('staging'), ...stage('backup', '*/partition/*')],
  arrange: [madeSinks, ...read('staging', 'tables'), ...stage('backup', '*/apply/plan.json')],
  apply: [madeSinks, ...read('staging', 'tables'), ...stage('backup', '*/apply/*'), ...put('runs')],
  commit: [
    ...catalog,
    ...read('staging', 'tables'),
    ...stage('backup', '*/start-over.json', 'manifests/*'),
    ...put('manifests'),
  ],
  abort: [...catalog, ...read('staging'), sign],
  'hand-over': [...catalog, ...start('backup')],
  'restore-plan': [
    ...catalogWithRestores,
    'dynamodb:CreateTable on catalog',
    ...read('staging', 'tables'),
    ...stage('restore', 'plan.json'),
    ...userKeys,
  ],
  'restore-materialize': [
    ...catalogRead,
    ...read('staging', 'tables'),
    ...stage('restore', 'materialize/*', 'import/*'),
  ],
  'restore-import': [
    ...catalogWithRestores,
    ...read('staging'),
    ...stage('restore'),
    ...on('user tables', 'dynamodb:ImportTable', 'dynamodb:DescribeTable', 'dynamodb:ListTagsOfResource'),
    ...describeImports,
    'dynamodb:TagResource on user tables if tagging',
    sign,
    ...on(
      'import logs',
      'logs:CreateLogGroup',
      'logs:CreateLogStream',
      'logs:DescribeLogGroups',
      'logs:DescribeLogStreams',
      'logs:PutLogEvents',
      'logs:PutRetentionPolicy',
    ),
    ...userKeys,
  ],
  'restore-create-table': [
    ...catalogWithRestores,
    ...read('staging'),
    ...stage('restore'),
    ...on('user tables', 'dynamodb:DescribeTable', 'dynamodb:ListTagsOfResource'),
    ...on('user tables if made with the tag', 'dynamodb:CreateTable', 'dynamodb:TagResource'),
    sign,
    ...userKeys,
  ],
  'restore-write': [
    ...catalogRead,
    ...read('staging', 'tables'),
    ...stage('restore', 'write/*'),
    'dynamodb:DescribeTable on user tables',
    'dynamodb:BatchWriteItem on user tables if tagged',
    ...userKeys,
  ],
  'restore-indexes': [
    ...catalogRead,
    ...read('staging'),
    ...stage('restore'),
    'dynamodb:DescribeTable on user tables',
    'dynamodb:UpdateTable on user tables if tagged',
    ...userKeys,
  ],
  'restore-finish': [
    ...catalogWithRestores,
    ...describeTables,
    ...read('staging', 'tables'),
    ...stage('restore'),
    ...on('user tables if tagged', 'dynamodb:Scan', 'dynamodb:UpdateTable', 'dynamodb:UpdateTimeToLive'),
    finish,
    ...userKeys,
  ],
  'restore-tag': [
    ...catalogRead,
    ...on('user tables', 'dynamodb:DescribeTable', 'dynamodb:ListTagsOfResource'),
    ...describeImports,
    'dynamodb:TagResource on user tables if tagging',
    sign,
  ],
  'restore-abort': [
    ...catalogWithRestores,
    ...read('staging'),
    ...on('user tables', 'dynamodb:DescribeTable', 'dynamodb:ListTagsOfResource'),
    ...describeImports,
    'dynamodb:DeleteTable on user tables if tagged',
    sign,
    finish,
  ],
};
