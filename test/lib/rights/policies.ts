import { render, synthesize } from '../../support/synthesis.ts';

/** The template whose policies the tests read by default. */
export const template = synthesize({
  tables: ['orders-*', 'arn:aws:dynamodb:eu-west-1:123456789012:table/users'],
  prefix: 'backups',
  dialects: ['rds', 'kinetica'],
});

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly NotAction?: string | string[];
  readonly Resource: unknown;
  readonly Condition?: object;
}

/** Returns a list as it is, and a single value as a list of one. */
export const listOf = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** Returns the policies of a template, each with the logical id of its role. */
export const policies = (from = template) =>
  Object.values(from.findResources('AWS::IAM::Policy')).map((resource) => ({
    role: resource.Properties.Roles[0].Ref,
    statements: listOf<Statement>(resource.Properties.PolicyDocument.Statement),
  }));

const ours = 'arn:<aws.Partition>:dynamodb:<aws.Region>:<aws.AccountId>:table/orders-*';
const named = 'arn:aws:dynamodb:eu-west-1:123456789012:table/users';

/** The names of resources in the table of rights. */
const names: readonly (readonly [RegExp, string])[] = [
  [/^<CatalogTable\w+\.Arn>(\/index\/\*)?$/, 'catalog'],
  [/^<StoreBucket\w+\.Arn>\/(backups\/)?(staging|tables)\/\*$/, '$2'],
  [/^<StoreBucket\w+\.Arn>\/backups\/staging\/0\*\/(.+)$/, 'backup staging $1'],
  [/^<StoreBucket\w+\.Arn>\/backups\/staging\/restore-\*\/(.+)$/, 'restore staging $1'],
  [/^<StoreBucket\w+\.Arn>\/backups\/tables\/\*\/runs\/\*$/, 'runs'],
  [/^<StoreBucket\w+\.Arn>\/backups\/tables\/\*\/snapshots\/\*$/, 'manifests'],
  [/^<StoreBucket\w+\.Arn>$/, 'bucket'],
  [/^<StoreKey\w+\.Arn>$/, 'key'],
  [/^<BackupMachine\w+>$|^arn:.*:stateMachine:Tidemark-Backup-\w+$/, 'backup machine'],
  [/^<RestoreMachine\w+>$/, 'restore machine'],
  [/^arn:.*:execution:<(Backup|Restore)Machine\w+>\[6\]:\*$/, 'executions'],
  [/^<\w+Logs\w+\.Arn>$/, 'own logs'],
  [/^arn:<aws.Partition>:kms:<aws.Region>:<aws.AccountId>:key\/\*$/, 'user keys'],
  [/^arn:<aws.Partition>:logs:<aws.Region>:<aws.AccountId>:log-group:\/aws-dynamodb\/\*$/, 'import logs'],
  [/^<SecretKey\w+\.Arn>$/, 'secret'],
  [/^<SchedulesUndelivered\w+\.Arn>$/, 'undelivered'],
  [/^<DynamodbApiFunctionsPageTokensKey\w+\.Arn>$/, 'token secret'],
  [/^<RdsApiEndpointKeys\w+>$/, 'keys of RDS'],
  [/^<KineticaApiEndpointKeys\w+>$/, 'keys of Kinetica'],
  [/^<NativeRestoreHandler\w+\.Arn>$/, 'native restore function'],
  [/^<DynamodbApiFunctionsapi(read|backup|delete|restore|recovery)\w+\.Arn>$/, '$1 function'],
  [/^<DynamodbApiFunctionsnotedamage\w+\.Arn>$/, 'damage function'],
];

/** The words for conditions in the table of rights. */
const conditions = new Map([
  ['{}', ''],
  [
    '{"Null":{"aws:ResourceTag/tidemark:restore":"false"},"StringNotEquals":{"aws:ResourceTag/tidemark:restore":"finished"}}',
    ' if tagged',
  ],
  [
    '{"StringEquals":{"aws:RequestTag/tidemark:restore":"finished"},"ForAllValues:StringEquals":{"aws:TagKeys":["tidemark:restore"]}}',
    ' if finishing',
  ],
  [
    '{"Null":{"aws:RequestTag/tidemark:restore":"false"},"ForAllValues:StringEquals":{"aws:TagKeys":["tidemark:restore"]}}',
    ' if made with the tag',
  ],
  [
    '{"Null":{"aws:RequestTag/tidemark:restore":"false","aws:ResourceTag/tidemark:restore":"true"},"ForAllValues:StringEquals":{"aws:TagKeys":["tidemark:restore"]}}',
    ' if tagging',
  ],
  ['{"StringEquals":{"kms:MacAlgorithm":"HMAC_SHA_256"}}', ''],
  ['{"StringEquals":{"kms:ViaService":"s3"}}', ' by S3'],
  ['{"StringEquals":{"kms:ViaService":"dynamodb"}}', ' by DynamoDB'],
  ['{"StringLike":{"s3:prefix":["backups/staging/*","backups/tables/*"]}}', ' below both areas'],
]);

/** Returns the name of a resource. A resource without a name stays as it is, and fails the comparison with the table. */
function nameOf(resource: unknown): string {
  const text = render(resource);
  if (text === ours || text === named) return 'user tables';
  if (text === `${ours}/export/*` || text === `${named}/export/*`) return 'user exports';
  if (text === `${ours}/stream/*` || text === `${named}/stream/*`) return 'user streams';
  if (text === `${ours}/backup/*` || text === `${named}/backup/*`) return 'native backups';
  if (text === `${ours}/import/*` || text === `${named}/import/*`) return 'imports';
  const [form, name] = names.find(([form]) => form.test(text)) ?? [/$^/, ''];
  return text.replace(form, name);
}

function conditionOf(statement: Statement): string {
  const json = JSON.stringify(statement.Condition ?? {}).replace(
    /\{"Fn::Join":\["",\["(s3|dynamodb)\.",\{"Ref":"AWS::Region"\},"\.amazonaws\.com"\]\]\}/,
    '"$1"',
  );
  return conditions.get(json) ?? describeKeys(json) ?? json;
}

/** Words a condition on the partition keys, and perhaps the attributes, of records in the catalog. */
function describeKeys(json: string): string | undefined {
  const [, keys, attributes] =
    /^{"ForAllValues:StringLike":{"dynamodb:LeadingKeys":(\[.*?\])}(,.*)?}$/.exec(json) ?? [];
  if (keys === undefined) return undefined;
  const partitions = (JSON.parse(keys) as string[]).map((key) => key.replace(/#\*$/, ''));
  const words = attributes === damageAttributes ? ' and of damage' : (attributes ?? '');
  return ` if in ${partitions.join(', ')}${words}`;
}

const damageAttributes =
  ',"ForAllValues:StringEquals":{"dynamodb:Attributes":["pk","sk","damage","distrust"]}';

/** Returns the policy statements of a handler's function. */
export function statementsOf(handler: string, from = template): Statement[] {
  const [made] = Object.values(
    from.findResources('AWS::Lambda::Function', { Properties: { Description: `Tidemark: ${handler}` } }),
  );
  const role = made?.Properties.Role['Fn::GetAtt'][0];
  return policies(from)
    .filter((policy) => policy.role === role)
    .flatMap((policy) => policy.statements);
}

/** Lists all rights of a handler's function except logging, as sorted lines `<action> on <resource>[ if ...]`. */
export function rightsOf(handler: string, from = template): string[] {
  const allowed = statementsOf(handler, from).filter(({ Effect }) => Effect === 'Allow');
  const lines = allowed.flatMap((statement) =>
    listOf(statement.Resource).flatMap((resource) =>
      listOf(statement.Action).map((action) => `${action} on ${nameOf(resource)}${conditionOf(statement)}`),
    ),
  );
  return [...new Set(lines)].filter((line) => !line.endsWith('on own logs')).sort();
}
