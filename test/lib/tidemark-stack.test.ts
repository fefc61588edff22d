import { describe, expect, it } from 'vitest';
import { functionOf, pathForms, verbs } from '../../lambda/dialects/dynamodb/paths.ts';
import { render, synthesize, findWarnings } from '../support/synthesis.ts';

const template = synthesize({
  tables: ['orders-*'],
  groups: [{ name: 'orders', tables: ['orders-eu'] }],
  missingStream: 'enable',
  settleSeconds: 20,
  scanSegments: 4,
  restoreBy: 'import',
  logRetentionDays: 90,
  prefix: 'backups/eu',
  sinks: [{ name: 'archive', bucket: 'cold' }],
  schedules: [
    {
      name: 'daily',
      tables: ['orders-eu', 'orders-us'],
      expression: 'cron(0 3 * * ? *)',
      timeZone: 'Europe/Vienna',
      keepDays: 30,
      sink: 'archive',
    },
    {
      name: 'hourly',
      tables: ['arn:aws:dynamodb:eu-west-1:123456789012:table/orders-*'],
      tags: { backup: 'hourly' },
      expression: 'rate(1 hour)',
      windowMinutes: 30,
    },
  ],
});
const ids = (type: string) => Object.keys(template.findResources(type));
const resources = (type: string) => Object.values(template.findResources(type));
const properties = (type: string) => resources(type).map((resource) => resource.Properties);
const descriptionOf = (functionId: string) =>
  template.findResources('AWS::Lambda::Function')[functionId]?.Properties.Description;
const retained = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };

describe('the catalog table', () => {
  it('has the key schema of the records, and an index by collection', () => {
    expect(properties('AWS::DynamoDB::Table')).toMatchObject([
      {
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: ['pk', 'sk', 'collection', 'position'].map((AttributeName) => ({
          AttributeName,
          AttributeType: 'S',
        })),
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-collection',
            KeySchema: [
              { AttributeName: 'collection', KeyType: 'HASH' },
              { AttributeName: 'position', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        BillingMode: 'PAY_PER_REQUEST',
      },
    ]);
  });

  it('outlives the stack, and is protected against deletion and wrong writes', () => {
    expect(resources('AWS::DynamoDB::Table')).toMatchObject([
      {
        ...retained,
        Properties: {
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          DeletionProtectionEnabled: true,
        },
      },
    ]);
  });
});

describe('the bucket of the snapshots', () => {
  it('is private, and accepts only TLS', () => {
    expect(properties('AWS::S3::Bucket')).toMatchObject([
      {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      },
    ]);
    const [bucket] = ids('AWS::S3::Bucket');
    expect(properties('AWS::S3::BucketPolicy')).toMatchObject([
      {
        Bucket: { Ref: bucket },
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Deny',
              Principal: { AWS: '*' },
              Action: 's3:*',
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
            {},
          ],
        },
      },
    ]);
  });

  it('lets nobody replace an object, except DynamoDB’s exports and the records of failed executions', () => {
    const [bucket] = ids('AWS::S3::Bucket');
    const arn = (keys: string) => ({
      'Fn::Join': ['', [{ 'Fn::GetAtt': [bucket, 'Arn'] }, `/backups/eu/staging/${keys}`]],
    });
    const [policy] = properties('AWS::S3::BucketPolicy');
    expect(policy?.PolicyDocument.Statement[1]).toEqual({
      Sid: 'ReplaceNothing',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 's3:PutObject',
      NotResource: [arn('0*/export/*'), arn('0*/failure/*'), arn('restore-*/failure/*')],
      Condition: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
    });
  });

  it('is encrypted with a key of its own, which rotates', () => {
    const key = ids('AWS::KMS::Key').find((id) => id.startsWith('Store'));
    expect(properties('AWS::S3::Bucket')[0]?.BucketEncryption).toEqual({
      ServerSideEncryptionConfiguration: [
        {
          BucketKeyEnabled: true,
          ServerSideEncryptionByDefault: {
            SSEAlgorithm: 'aws:kms',
            KMSMasterKeyID: { 'Fn::GetAtt': [key, 'Arn'] },
          },
        },
      ],
    });
    expect(properties('AWS::KMS::Key')).toContainEqual(expect.objectContaining({ EnableKeyRotation: true }));
  });

  it('outlives the stack together with its key, and keeps earlier versions of objects', () => {
    expect(resources('AWS::S3::Bucket')).toMatchObject([
      { ...retained, Properties: { VersioningConfiguration: { Status: 'Enabled' } } },
    ]);
    expect(resources('AWS::KMS::Key')).toContainEqual(expect.objectContaining(retained));
  });

  it('expires earlier versions of objects, staged files and unfinished uploads', () => {
    expect(properties('AWS::S3::Bucket')[0]?.LifecycleConfiguration.Rules).toEqual([
      {
        Status: 'Enabled',
        NoncurrentVersionExpiration: { NoncurrentDays: 30 },
        ExpiredObjectDeleteMarker: true,
      },
      {
        Status: 'Enabled',
        Prefix: 'backups/eu/staging/',
        ExpirationInDays: 21,
        NoncurrentVersionExpiration: { NoncurrentDays: 1 },
      },
      { Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 } },
    ]);
  });
});

describe('every function', () => {
  const functions = properties('AWS::Lambda::Function');

  it('runs on Node 24 on ARM', () => {
    for (const made of functions) {
      expect(made).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
      });
    }
  });

  it('gets the names of the catalog and the bucket, and the configuration, in its environment', () => {
    const [bucket] = ids('AWS::S3::Bucket');
    const [table] = ids('AWS::DynamoDB::Table');
    const [key] = ids('AWS::KMS::Key');
    for (const made of functions) {
      expect(made.Environment.Variables).toMatchObject({
        TIDEMARK_CATALOG_TABLE: { Ref: table },
        TIDEMARK_CATALOG_ARN: { 'Fn::GetAtt': [table, 'Arn'] },
        TIDEMARK_BUCKET: { Ref: bucket },
        TIDEMARK_BUCKET_KEY_ARN: { 'Fn::GetAtt': [key, 'Arn'] },
        TIDEMARK_PREFIX: 'backups/eu',
        TIDEMARK_MISSING_STREAM: 'enable',
        TIDEMARK_SETTLE_SECONDS: '20',
        TIDEMARK_SCAN_SEGMENTS: '4',
        TIDEMARK_RESTORE_BY: 'import',
        TIDEMARK_TABLES: '["orders-*"]',
        TIDEMARK_GROUPS: '[{"name":"orders","tables":["orders-eu"]}]',
      });
    }
  });

  it.each([
    ['TIDEMARK_BACKUP_MACHINE_ARN', ['begin', 'hand-over', 'api-backup', 'schedule', 'reconcile']],
    ['TIDEMARK_RESTORE_MACHINE_ARN', ['api-restore', 'reconcile']],
    ['TIDEMARK_RESTORE_FUNCTION_ARN', ['api-restore']],
    ['TIDEMARK_DAMAGE_FUNCTION_ARN', ['api-read']],
    ['TIDEMARK_API_DELETE_FUNCTION_ARN', ['api-dispatch']],
  ])('gets the variable %s only if it starts the machine or function of that ARN', (variable, handlers) => {
    const having = functions.filter((made) => variable in made.Environment.Variables);
    expect(having.map((made) => made.Description)).toEqual(handlers.map((handler) => `Tidemark: ${handler}`));
  });

  it('keeps its logs for the configured days, in a log group of its own', () => {
    const groups = template.findResources('AWS::Logs::LogGroup');
    const named = functions.map((made) => made.LoggingConfig.LogGroup.Ref);
    expect(new Set(named).size).toBe(functions.length);
    for (const group of named) expect(groups).toHaveProperty([group, 'Properties', 'RetentionInDays'], 90);
  });
});

describe('a state machine', () => {
  it('logs errors without the data of executions, and traces executions', () => {
    const machine = {
      StateMachineType: 'STANDARD',
      LoggingConfiguration: { Level: 'ERROR', IncludeExecutionData: false },
      TracingConfiguration: { Enabled: true },
    };
    expect(properties('AWS::StepFunctions::StateMachine')).toMatchObject([machine, machine]);
  });
});

describe('the API', () => {
  it('accepts only signed requests: POST at / and at each verb’s paths, and GET at /, each by its own function', () => {
    const parts = template.findResources('AWS::ApiGateway::Resource');
    const methods = properties('AWS::ApiGateway::Method');
    const pathOf = (id: string): string => {
      const part = parts[id]?.Properties;
      return part === undefined ? '' : `${pathOf(part.ParentId.Ref)}/${part.PathPart}`;
    };
    const handlerOf = (uri: unknown): string => {
      const [, id = ''] = /"Fn::GetAtt":\["(\w+)","Arn"\]/.exec(JSON.stringify(uri)) ?? [];
      return template.findResources('AWS::Lambda::Function')[id]?.Properties.Description;
    };
    const served = methods.map(
      ({ HttpMethod, ResourceId, Integration }) =>
        `${HttpMethod} ${pathOf(ResourceId.Ref) || '/'} ${handlerOf(Integration.Uri)}`,
    );
    expect(served.sort()).toEqual(
      [
        'GET / Tidemark: api-dispatch',
        'POST / Tidemark: api-dispatch',
        ...verbs.map((verb) => `POST ${pathForms[verb]} Tidemark: api-${functionOf[verb]}`),
      ].sort(),
    );
    for (const made of methods)
      expect(made).toMatchObject({ AuthorizationType: 'AWS_IAM', Integration: { Type: 'AWS_PROXY' } });
  });

  it('throttles each verb separately, and rare verbs more than reading', () => {
    const settings: { ResourcePath: string; HttpMethod: string; ThrottlingRateLimit: number }[] =
      properties('AWS::ApiGateway::Stage')[0]?.MethodSettings ?? [];
    const rateOf = (path: string) =>
      settings.find(({ ResourcePath }) => ResourcePath === `/${path.replaceAll('/', '~1')}`)
        ?.ThrottlingRateLimit;
    expect(settings).toHaveLength(verbs.length + 1);
    expect(settings.every(({ ThrottlingRateLimit }) => ThrottlingRateLimit > 0)).toBe(true);
    expect(rateOf(pathForms.delete)).toBeLessThan(rateOf(pathForms.read) ?? 0);
  });

  it('reserves concurrency for the function of each verb and of /, if the configuration says so', () => {
    const reservedIn = (template: ReturnType<typeof synthesize>) =>
      Object.values(template.findResources('AWS::Lambda::Function')).flatMap(({ Properties }) => {
        const { Description, ReservedConcurrentExecutions: reserved } = Properties;
        return reserved === undefined ? [] : [`${String(Description).replace('Tidemark: ', '')} ${reserved}`];
      });
    expect(reservedIn(synthesize({ reservedConcurrency: 20 })).toSorted()).toEqual(
      ['backup', 'delete', 'dispatch', 'read', 'recovery', 'restore'].map((name) => `api-${name} 20`),
    );
    expect(reservedIn(synthesize({}))).toEqual([]);
  });

  it('saves a query over the logs of all verbs that shows who did what to which table', () => {
    const [query] = properties('AWS::Logs::QueryDefinition');
    expect(query?.QueryString).toMatch(/caller, verb, operation, tables\.0, targets\.0, backups\.0, outcome/);
    expect(query?.QueryString).toContain('message = "request"');
    expect(query?.LogGroupNames).toHaveLength(new Set(Object.values(functionOf)).size);
  });

  it('does not compress bodies, because SDKs check their CRC', () => {
    expect(properties('AWS::ApiGateway::RestApi')[0]).not.toHaveProperty('MinimumCompressionSize');
  });

  it('logs each caller but no bodies, and is throttled', () => {
    expect(properties('AWS::ApiGateway::Stage')).toMatchObject([
      {
        StageName: 'prod',
        TracingEnabled: true,
        AccessLogSetting: { Format: expect.stringContaining('$context.identity.userArn') },
        MethodSettings: [
          {
            HttpMethod: '*',
            ResourcePath: '/*',
            DataTraceEnabled: false,
            ThrottlingRateLimit: 100,
            ThrottlingBurstLimit: 200,
          },
          ...verbs.map(() => ({ HttpMethod: 'POST', DataTraceEnabled: false, MetricsEnabled: true })),
        ],
      },
    ]);
  });
});

describe('the schedules', () => {
  const schedules = properties('AWS::Scheduler::Schedule');

  it('include one for each entry, with its tables and the scheduled time, and those of the reconciler and the sweep', () => {
    const scheduledTime = '<aws.scheduler.scheduled-time>';
    expect(schedules.map((made) => made.Target.Input && JSON.parse(made.Target.Input))).toEqual([
      { schedule: 'daily', tables: ['orders-eu', 'orders-us'], keepDays: 30, sink: 'archive', scheduledTime },
      {
        schedule: 'hourly',
        tables: ['orders-*'],
        tags: { backup: 'hourly' },
        scheduledTime,
      },
      undefined,
      undefined,
    ]);
  });

  it('deliver immediately, or within the configured minutes', () => {
    expect(schedules.map((made) => made.FlexibleTimeWindow)).toEqual([
      { Mode: 'OFF' },
      { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 30 },
      { Mode: 'OFF' },
      { Mode: 'OFF' },
    ]);
  });

  it('send deliveries that failed, or whose function failed three times, to a dead-letter queue', () => {
    const [queue] = ids('AWS::SQS::Queue');
    const target = { 'Fn::GetAtt': [queue, 'Arn'] };
    expect(schedules.slice(0, 2).map((made) => made.Target.DeadLetterConfig)).toEqual([
      { Arn: target },
      { Arn: target },
    ]);
    expect(properties('AWS::Lambda::EventInvokeConfig')).toMatchObject([
      {
        MaximumRetryAttempts: 2,
        MaximumEventAgeInSeconds: 3600,
        DestinationConfig: { OnFailure: { Destination: target } },
      },
    ]);
    expect(properties('AWS::SQS::Queue')).toMatchObject([
      { SqsManagedSseEnabled: true, MessageRetentionPeriod: 14 * 24 * 60 * 60 },
    ]);
  });

  it('call the function for their purpose', () => {
    expect(schedules.map((made) => descriptionOf(made.Target.Arn['Fn::GetAtt'][0]))).toEqual([
      'Tidemark: schedule',
      'Tidemark: schedule',
      'Tidemark: reconcile',
      'Tidemark: sweep',
    ]);
  });

  it('have the configured expression and time zone', () => {
    expect(schedules.map((made) => [made.ScheduleExpression, made.ScheduleExpressionTimezone])).toEqual([
      ['cron(0 3 * * ? *)', 'Europe/Vienna'],
      ['rate(1 hour)', 'Etc/UTC'],
      ['rate(5 minutes)', 'Etc/UTC'],
      ['rate(1 day)', 'Etc/UTC'],
    ]);
  });
});

describe('the failure topic', () => {
  const [topic] = ids('AWS::SNS::Topic');
  const machines = ids('AWS::StepFunctions::StateMachine');

  it('gets an event for every execution that does not succeed', () => {
    expect(properties('AWS::Events::Rule')).toMatchObject([
      {
        EventPattern: {
          source: ['aws.states'],
          'detail-type': ['Step Functions Execution Status Change'],
          detail: {
            status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
            stateMachineArn: machines.map((Ref) => ({ Ref })),
          },
        },
        Targets: [{ Arn: { Ref: topic } }],
      },
    ]);
  });

  it('gets an alarm for each machine, for each function that no caller waits for, for deliveries and for damage', () => {
    const alarms = properties('AWS::CloudWatch::Alarm');
    expect(alarms.map((made) => made.MetricName)).toEqual([
      'ExecutionsFailed',
      'ExecutionsFailed',
      'Errors',
      'ApproximateNumberOfMessagesVisible',
      'Errors',
      'Errors',
      expect.stringMatching(/^DamageSeen-/),
    ]);
    expect(alarms.slice(0, 2).map((made) => made.Dimensions[0].Value.Ref)).toEqual(machines);
    for (const made of alarms) {
      expect(made).toMatchObject({ AlarmActions: [{ Ref: topic }], Threshold: 1, EvaluationPeriods: 1 });
    }
  });

  it('gets an alarm for damage that any function logs', () => {
    const filters = properties('AWS::Logs::MetricFilter');
    const own = (group: unknown) => (group as { Ref: string }).Ref;
    expect(filters.map((filter) => own(filter.LogGroupName)).toSorted()).toEqual(
      properties('AWS::Lambda::Function')
        .map((made) => own(made.LoggingConfig?.LogGroup))
        .toSorted(),
    );
    const alarm = properties('AWS::CloudWatch::Alarm').at(-1);
    for (const filter of filters) {
      expect(filter).toMatchObject({
        FilterPattern: '{ $.message = "stored snapshot is damaged" }',
        MetricTransformations: [
          { MetricNamespace: alarm?.Namespace, MetricName: alarm?.MetricName, MetricValue: '1' },
        ],
      });
    }
  });

  it('lets only CloudWatch and EventBridge publish, and only over TLS', () => {
    const [policy] = properties('AWS::SNS::TopicPolicy');
    expect(policy?.PolicyDocument.Statement).toMatchObject([
      { Effect: 'Deny', Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      {
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      },
      { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' } },
    ]);
  });
});

describe('the stack', () => {
  it('outputs its endpoint, policies, bucket, table, machines and topic', () => {
    const outputs = Object.entries(template.findOutputs('*')).map(([name, output]) => [
      name,
      render(output.Value),
    ]);
    const [api] = ids('AWS::ApiGateway::RestApi');
    const [stage] = ids('AWS::ApiGateway::Stage');
    const invoke = (path: string) =>
      `arn:<aws.Partition>:execute-api:<aws.Region>:<aws.AccountId>:<${api}>/<${stage}>/POST${path}`;
    expect(Object.fromEntries(outputs)).toEqual({
      ApiUrl: expect.stringMatching(/^https:\/\/<Dynamodb\w+>\.execute-api\..*>\/$/),
      ApiArns: invoke('/'),
      ...Object.fromEntries(
        ['Administrator', 'Read', 'Backup', 'Delete', 'Restore', 'Reencrypt', 'Recovery'].map((name) => [
          `${name}PolicyArn`,
          expect.stringMatching(new RegExp(`^<Policies${name}\\w+>$`)),
        ]),
      ),
      BucketName: expect.stringMatching(/^<StoreBucket\w+>$/),
      CatalogTableName: expect.stringMatching(/^<CatalogTable\w+>$/),
      BackupMachineArn: expect.stringMatching(/^<BackupMachine\w+>$/),
      RestoreMachineArn: expect.stringMatching(/^<RestoreMachine\w+>$/),
      FailureTopicArn: expect.stringMatching(/^<MonitoringTopic\w+>$/),
    });
  });

  it('names no account and no region in its template', () => {
    const text = JSON.stringify(template.toJSON());
    expect(text).not.toMatch(/:\d{12}:/);
    expect(text).not.toMatch(/(us|eu|ap)-[a-z]+-\d/);
  });

  it('warns only if the configuration names no tables', () => {
    expect(findWarnings()).toEqual([
      expect.stringContaining('Only tables named tidemark-* can be backed up'),
    ]);
    expect(findWarnings({ tables: ['tidemark-*'] })).toEqual([]);
  });
});
