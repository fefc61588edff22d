import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { render, synthesize } from '../support/synthesis.ts';

const template = synthesize({
  tables: ['orders-*', 'arn:aws:dynamodb:eu-west-1:123456789012:table/users'],
  prefix: 'backups',
});
const enabling = synthesize({ tables: ['orders-*'], missingStream: 'enable' });

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: object;
}

const listOf = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);
const policies = (from = template) =>
  Object.values(from.findResources('AWS::IAM::Policy')).map((resource) => ({
    role: resource.Properties.Roles[0].Ref,
    statements: listOf<Statement>(resource.Properties.PolicyDocument.Statement),
  }));

const ours = 'arn:<aws.Partition>:dynamodb:<aws.Region>:<aws.AccountId>:table/orders-*';
const named = 'arn:aws:dynamodb:eu-west-1:123456789012:table/users';
const words: readonly (readonly [RegExp, string])[] = [
  [/^<CatalogTable\w+\.Arn>(\/index\/\*)?$/, 'catalog'],
  [/^<StoreBucket\w+\.Arn>\/(backups\/)?(staging|tables)\/\*$/, '$2'],
  [/^<StoreBucket\w+\.Arn>\/backups\/tables\/\*\/snapshots\/\*$/, 'manifests'],
  [/^<StoreBucket\w+\.Arn>$/, 'bucket'],
  [/^<StoreKey\w+\.Arn>$/, 'key'],
  [/^<BackupMachine\w+>$|^arn:.*:stateMachine:Tidemark-Backup-\w+$/, 'backup machine'],
  [/^<RestoreMachine\w+>$/, 'restore machine'],
  [/^arn:.*:execution:<(Backup|Restore)Machine\w+>\[6\]:\*$/, 'executions'],
  [/^<\w+Logs\w+\.Arn>$/, 'own logs'],
  [/^arn:<aws.Partition>:kms:<aws.Region>:<aws.AccountId>:key\/\*$/, 'user keys'],
  [/^arn:<aws.Partition>:logs:<aws.Region>:<aws.AccountId>:log-group:\/aws-dynamodb\/\*$/, 'import logs'],
  [/^<NativeRestoreHandler\w+\.Arn>$/, 'restore function'],
];
const conditions = new Map([
  ['{}', ''],
  ['{"Null":{"aws:ResourceTag/tidemark:restore":"false"}}', ' if tagged'],
  ['{"ForAllValues:StringEquals":{"aws:TagKeys":["tidemark:restore"]}}', ' if only the tag'],
  [
    '{"Null":{"aws:RequestTag/tidemark:restore":"false"},"ForAllValues:StringEquals":{"aws:TagKeys":["tidemark:restore"]}}',
    ' if tagging',
  ],
  ['{"StringEquals":{"kms:ViaService":"s3"}}', ' by S3'],
  ['{"StringEquals":{"kms:ViaService":"dynamodb"}}', ' by DynamoDB'],
  ['{"StringLike":{"s3:prefix":["backups/staging/*","backups/tables/*"]}}', ' below both areas'],
]);

/** A resource in one word; what has none stays as it is and fails the comparison. */
function word(resource: unknown): string {
  const text = render(resource);
  if (text === ours || text === named) return 'user tables';
  if (text === `${ours}/export/*` || text === `${named}/export/*`) return 'user exports';
  if (text === `${ours}/stream/*` || text === `${named}/stream/*`) return 'user streams';
  if (text === `${ours}/backup/*` || text === `${named}/backup/*`) return 'native backups';
  if (text === `${ours}/import/*` || text === `${named}/import/*`) return 'imports';
  const [form, name] = words.find(([form]) => form.test(text)) ?? [/$^/, ''];
  return text.replace(form, name);
}

function condition(statement: Statement): string {
  const json = JSON.stringify(statement.Condition ?? {}).replace(
    /\{"Fn::Join":\["",\["(s3|dynamodb)\.",\{"Ref":"AWS::Region"\},"\.amazonaws\.com"\]\]\}/,
    '"$1"',
  );
  return conditions.get(json) ?? json;
}

/** All that a function may do besides logging, as lines `<actions> on <resource>[ if ...]`. */
function rights(handler: string, from = template): string[] {
  const [made] = Object.values(
    from.findResources('AWS::Lambda::Function', { Properties: { Description: `Tidemark: ${handler}` } }),
  );
  const role = made?.Properties.Role['Fn::GetAtt'][0];
  const statements = policies(from)
    .filter((policy) => policy.role === role)
    .flatMap((policy) => policy.statements);
  const lines = statements.flatMap((statement) =>
    listOf(statement.Resource).flatMap((resource) =>
      listOf(statement.Action).map((action) => `${action} on ${word(resource)}${condition(statement)}`),
    ),
  );
  return [...new Set(lines)].filter((line) => !line.endsWith('on own logs')).sort();
}

const on = (resource: string, ...actions: string[]) => actions.map((action) => `${action} on ${resource}`);
const catalogRead = on('catalog', 'dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query');
const catalog = [
  ...catalogRead,
  ...on(
    'catalog',
    'dynamodb:ConditionCheckItem',
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
    'dynamodb:DeleteItem',
  ),
];
const describeTables = on('user tables', 'dynamodb:DescribeTable', 'dynamodb:DescribeTimeToLive');
const describeRecovery = 'dynamodb:DescribeContinuousBackups on user tables';
const read = (...areas: string[]) => [
  ...areas.map((area) => `s3:GetObject on ${area}`),
  's3:ListBucket on bucket',
  'kms:Decrypt on key by S3',
];
const write = (...areas: string[]) => [
  ...areas.flatMap((area) => on(area, 's3:PutObject', 's3:AbortMultipartUpload')),
  'kms:GenerateDataKey on key by S3',
];
const start = (...machines: string[]) =>
  machines.map((machine) => `states:StartExecution on ${machine} machine`);

const writing = ['BatchWriteItem', 'PutItem', 'UpdateItem', 'DeleteItem'].map(
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
const untag = 'dynamodb:UntagResource on user tables if only the tag';

const seeImports = ['dynamodb:DescribeImport on imports', 'dynamodb:ListImports on *'];

const expected: Readonly<Record<string, readonly string[]>> = {
  'dynamodb-api': [
    ...catalog,
    ...describeTables,
    ...on('user tables', 'dynamodb:DescribeContinuousBackups', 'dynamodb:UpdateContinuousBackups'),
    'dynamodb:CreateBackup on user tables',
    ...on('native backups', 'dynamodb:DescribeBackup', 'dynamodb:DeleteBackup'),
    'lambda:InvokeFunction on restore function',
    ...start('backup', 'restore'),
    ...read('tables'),
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
  schedule: [...catalog, ...describeTables, describeRecovery, ...start('backup')],
  reconcile: [
    ...catalog,
    ...describeTables,
    'dynamodb:DescribeStream on user streams',
    ...start('backup', 'restore'),
    ...read('staging'),
    'states:DescribeExecution on executions',
    'dynamodb:CreateBackup on user tables',
    ...on('native backups', 'dynamodb:DescribeBackup', 'dynamodb:DeleteBackup'),
    'dynamodb:ListBackups on *',
    'dynamodb:ListTagsOfResource on user tables',
    ...seeImports,
    'dynamodb:DeleteTable on user tables if tagged',
    untag,
  ],
  sweep: [
    ...on(
      'catalog',
      'dynamodb:Query',
      'dynamodb:ConditionCheckItem',
      'dynamodb:UpdateItem',
      'dynamodb:DeleteItem',
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
    ...write('staging'),
    ...start('backup'),
  ],
  scan: [
    ...on('user tables', 'dynamodb:Scan', 'dynamodb:DescribeTable'),
    ...userKeysForReading,
    ...read('staging'),
    ...write('staging'),
  ],
  collect: [
    describeRecovery,
    'dynamodb:ExportTableToPointInTime on user tables',
    'dynamodb:DescribeExport on user exports',
    's3:PutObjectAcl on staging',
    ...on('user streams', 'dynamodb:DescribeStream', 'dynamodb:GetShardIterator', 'dynamodb:GetRecords'),
    ...userKeysForReading,
    ...read('staging', 'tables'),
    ...write('staging'),
  ],
  partition: [...read('staging'), ...write('staging')],
  arrange: [...read('staging', 'tables'), ...write('staging')],
  apply: [...read('staging', 'tables'), ...write('staging', 'tables')],
  commit: [...catalog, ...read('staging', 'tables'), ...write('staging', 'tables')],
  abort: [...catalog, ...read('staging')],
  'hand-over': [...catalog, ...start('backup')],
  'restore-plan': [...catalog, ...read('staging', 'tables'), ...write('staging')],
  'restore-materialize': [...catalogRead, ...read('staging', 'tables'), ...write('staging')],
  'restore-import': [
    ...catalog,
    ...read('staging'),
    ...write('staging'),
    ...on('user tables', 'dynamodb:ImportTable', 'dynamodb:DescribeTable', 'dynamodb:ListTagsOfResource'),
    ...seeImports,
    'dynamodb:TagResource on user tables if tagging',
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
    ...catalog,
    ...read('staging'),
    ...write('staging'),
    ...on('user tables', 'dynamodb:DescribeTable', 'dynamodb:ListTagsOfResource'),
    ...on('user tables if tagging', 'dynamodb:CreateTable', 'dynamodb:TagResource'),
    ...userKeys,
  ],
  'restore-write': [
    ...catalogRead,
    ...read('staging', 'tables'),
    ...write('staging'),
    'dynamodb:DescribeTable on user tables',
    'dynamodb:BatchWriteItem on user tables if tagged',
    ...userKeys,
  ],
  'restore-indexes': [
    ...catalogRead,
    ...read('staging'),
    ...write('staging'),
    'dynamodb:DescribeTable on user tables',
    'dynamodb:UpdateTable on user tables if tagged',
    ...userKeys,
  ],
  'restore-finish': [
    ...catalog,
    ...describeTables,
    ...read('staging', 'tables'),
    ...write('staging'),
    ...on('user tables if tagged', 'dynamodb:UpdateTable', 'dynamodb:UpdateTimeToLive'),
    untag,
    ...userKeys,
  ],
  'restore-tag': [
    ...catalogRead,
    ...on('user tables', 'dynamodb:DescribeTable', 'dynamodb:ListTagsOfResource'),
    ...seeImports,
    'dynamodb:TagResource on user tables if tagging',
  ],
  'restore-abort': [
    ...catalog,
    ...read('staging'),
    ...on('user tables', 'dynamodb:DescribeTable', 'dynamodb:ListTagsOfResource'),
    ...seeImports,
    'dynamodb:DeleteTable on user tables if tagged',
    untag,
  ],
};

describe('a function may do what its step needs and nothing else', () => {
  it.each(Object.keys(expected))('%s', (handler) => {
    expect(rights(handler)).toEqual([...(expected[handler] ?? [])].sort());
  });

  it('has its row here', () => {
    expect(Object.keys(template.findResources('AWS::Lambda::Function'))).toHaveLength(
      Object.keys(expected).length,
    );
  });

  it('schedules may make backups of DynamoDB’s own only where that is configured', () => {
    const entry = { name: 'nightly', tables: ['orders-eu'], expression: 'rate(1 day)' };
    const made = (change: object) =>
      synthesize({ tables: ['orders-*'], schedules: [{ ...entry, ...change }] });
    const right = 'dynamodb:CreateBackup on user tables';
    expect(rights('schedule', made({ source: 'native' }))).toContain(right);
    expect(rights('schedule', made({}))).not.toContain(right);
  });

  it('begin may switch a stream on only where that is configured', () => {
    expect(rights('begin').join(' ')).not.toContain('UpdateTable');
    expect(rights('begin', enabling).join(' ')).toContain('dynamodb:UpdateTable on user tables');
  });

  it('and point-in-time recovery', () => {
    expect(rights('begin').join(' ')).not.toContain('UpdateContinuousBackups');
    const recovering = synthesize({ tables: ['orders-*'], missingRecovery: 'enable' });
    expect(rights('begin', recovering)).toContain('dynamodb:UpdateContinuousBackups on user tables');
  });
});

describe('no policy is wider than AWS makes it', () => {
  const allowed = policies().flatMap((policy) =>
    policy.statements.filter(({ Effect }) => Effect === 'Allow'),
  );

  it('in its actions', () => {
    expect(allowed.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
  });

  it('in its resources, but for log deliveries, traces and the lists of imports and backups, which have no ARNs', () => {
    const everywhere = allowed.filter(({ Resource }) => listOf(Resource).includes('*'));
    for (const { Action } of everywhere) {
      for (const action of listOf(Action))
        expect(action).toMatch(
          /^(logs:.*(LogDeliver|ResourcePolic|LogGroups)|xray:|dynamodb:List(Imports|Backups)$)/,
        );
    }
    // The two state machines, and the four functions that look for an import.
    expect(everywhere).toHaveLength(6);
  });

  it('by a managed policy, but for the access logs of API Gateway', () => {
    const managed = Object.values(template.findResources('AWS::IAM::Role')).flatMap(
      (resource) => resource.Properties.ManagedPolicyArns ?? [],
    );
    expect(managed.map((arn) => render(arn).split('/').at(-1))).toEqual([
      'AmazonAPIGatewayPushToCloudWatchLogs',
    ]);
  });

  it('and objects are deleted by the sweep alone', () => {
    const deleting = Object.keys(expected).filter((handler) =>
      rights(handler).join(' ').includes('s3:Delete'),
    );
    expect(deleting).toEqual(['sweep']);
    const actions = allowed.flatMap(({ Action }) => Action);
    expect(actions.filter((action) => action.startsWith('s3:Delete'))).toEqual(['s3:DeleteObject']);
  });

  it('and items of a table without the tag are written by DynamoDB’s own restore alone', () => {
    const untagged = on('user tables', ...writing, 'dynamodb:PartiQLInsert', 'dynamodb:DeleteTable');
    const writers = Object.keys(expected).filter((handler) =>
      rights(handler).some((right) => untagged.includes(right)),
    );
    expect(writers).toEqual(['native-restore']);
  });

  it('and who may tag a table, so that it can be written and deleted, may do neither', () => {
    const may = (right: string) =>
      Object.keys(expected).filter((handler) => rights(handler).some((line) => line.includes(right)));
    const tagging = may('dynamodb:TagResource on user tables if tagging');
    expect(tagging).toEqual(['restore-import', 'restore-create-table', 'restore-tag']);
    for (const right of ['on user tables if tagged', 'dynamodb:DeleteTable on user tables']) {
      expect(may(right).filter((handler) => tagging.includes(handler))).toEqual([]);
    }
  });

  it('and that function is called by the API’s alone', () => {
    const callers = Object.keys(expected).filter((handler) =>
      rights(handler).join(' ').includes('lambda:InvokeFunction on restore function'),
    );
    expect(callers).toEqual(['dynamodb-api']);
  });
});

describe('a caller of the API', () => {
  it.each(['/', '/backup', '/read'] as const)('is let into %s and nothing else', (path) => {
    const made = synthesize({ tables: ['orders-*'] }, (stack) => {
      const role = new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
      stack.api.grantInvoke(role, path);
    });
    const statements = policies(made)
      .filter(({ role }) => role.startsWith('Caller'))
      .flatMap((policy) => policy.statements);
    expect(statements).toMatchObject([{ Effect: 'Allow', Action: 'execute-api:Invoke' }]);
    const resources = statements.flatMap(({ Resource }) => listOf(Resource).map(render));
    const slashed = path === '/' ? [] : [`${path}/`];
    expect(resources.map((arn) => arn.replace(/^arn:.*:execute-api:.*>\/<\w+Stage\w+>\/POST/, ''))).toEqual([
      path,
      ...slashed,
    ]);
  });
});
