import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { verbs } from '../../lambda/dialects/dynamodb/paths.ts';
import { maxMapItems } from '../../lambda/jobs/states.ts';
import { prefixForm, sinkNameForm, storageClasses } from '../../lambda/model/data-sinks.ts';
import { defaultConfig } from '../../lambda/services/config.ts';
import { tablePatternForm } from './table-patterns.ts';

/**
 * The JSON Schema of a deployment's configuration: the one place that has its members, their descriptions, defaults
 * and limits. The types of `tidemark-config.ts` are derived from it, `parse-config.ts` validates with it, and editors
 * complete a configuration by `tidemark.config.schema.json`, which `npm run config-schema` writes from it.
 *
 * If a member is wrong, its `errorMessage` is shown, in Visual Studio Code too. A member without `errorMessage` has an
 * `enum`, or is an `integer` with limits; its message is made from these.
 */

/** The tables of a deployment whose configuration names none, for trying out Tidemark. The stack then shows a warning. */
export const exampleTables: readonly string[] = ['tidemark-*'];

/** All retention times that CloudWatch Logs accepts, except "never expire". */
const retentionDays = Object.values(RetentionDays).filter(
  (days): days is RetentionDays => typeof days === 'number' && days < RetentionDays.INFINITE,
);

// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
const expressionForm = String.raw`^(rate\([1-9]\d* (minute|hour|day)s?\)|cron\(\S+( \S+){5}\)|at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\))$`;

/** Tags by name, each with its value. */
const tagsSchema = {
  type: 'object',
  minProperties: 1,
  maxProperties: 10,
  errorMessage: 'must be an object of 1 to 10 tags, each with a text as its value',
  additionalProperties: {
    type: 'string',
    maxLength: 256,
    errorMessage: 'must be a text of at most 256 characters',
  },
} as const;

/** One entry of `schedules`. */
export const scheduleSchema = {
  type: 'object',
  errorMessage: 'must be an object with the members name, tables and expression',
  additionalProperties: false,
  required: ['name', 'tables', 'expression'],
  properties: {
    name: {
      description: 'Unique name of the schedule. Its backups record it as their requester.',
      type: 'string',
      pattern: String.raw`^[\w.-]{1,64}$`,
      errorMessage: 'must be up to 64 letters, digits, ".", "_" or "-"',
    },
    tables: {
      description:
        'Names, ARNs or patterns of the tables. Each table gets its own backup. The tables of a pattern are searched each time. They must match the tables of the configuration.',
      type: 'array',
      minItems: 1,
      maxItems: 500,
      errorMessage: 'must be a list of 1 to 500 tables or patterns, such as "orders-*"',
      items: {
        type: 'string',
        pattern: tablePatternForm,
        errorMessage: 'must be a table name, a pattern such as "orders-*", or a table ARN',
      },
    },
    tags: {
      ...tagsSchema,
      description: 'Tags that a table must also have, each with this value: {"backup": "daily"}.',
    },
    expression: {
      description:
        'When to back up, in the syntax of EventBridge Scheduler: rate(1 day), cron(0 3 * * ? *) or at(2030-01-31T03:00:00).',
      type: 'string',
      pattern: expressionForm,
      errorMessage:
        'must be rate(1 day), cron(minutes hours day-of-month month day-of-week year) or at(yyyy-mm-ddThh:mm:ss)',
    },
    timeZone: {
      description: 'IANA name of the time zone for cron and at.',
      default: 'Etc/UTC',
      type: 'string',
      format: 'iana-time-zone',
      errorMessage: 'must be the IANA name of a time zone, such as Europe/Vienna',
    },
    windowMinutes: {
      description:
        'EventBridge Scheduler delivers within this many minutes after the time, so that schedules with the same time are spread. Without it, delivery is at the time itself.',
      type: 'integer',
      minimum: 1,
      maximum: 1440,
    },
    keepDays: {
      description:
        'Days after which a backup is deleted. Without it, backups are kept until somebody deletes them.',
      type: 'integer',
      minimum: 1,
      maximum: 36_500,
    },
    source: {
      description:
        "native: DynamoDB makes and keeps its own on-demand backups. Without it, the backups are Tidemark's.",
      enum: ['native'],
    },
    sink: {
      description: "The data sink to store the backups in. Without it, the deployment's own bucket.",
      type: 'string',
      pattern: String.raw`^[\w.-]{1,64}$`,
      errorMessage: 'must be the name of a data sink',
    },
  },
} as const;

/** One entry of `groups`. */
export const groupSchema = {
  type: 'object',
  errorMessage: 'must be an object with the members name and tables',
  additionalProperties: false,
  required: ['name', 'tables'],
  properties: {
    name: {
      description:
        'Unique name of the group. Requests use it as the name of an instance or a schema. If no group is named all, the group all has every table of the configuration.',
      type: 'string',
      pattern: String.raw`^[\w.-]{1,64}$`,
      errorMessage: 'must be up to 64 letters, digits, ".", "_" or "-"',
    },
    tables: {
      description:
        'Names of tables and patterns such as orders-*. Each table of the group matches one of them.',
      type: 'array',
      minItems: 1,
      maxItems: 100,
      errorMessage: 'must be a list of 1 to 100 tables or patterns, such as "orders-*"',
      items: {
        type: 'string',
        pattern: String.raw`^[\w.*-]{1,255}$`,
        errorMessage: 'must be a table name or a pattern such as "orders-*"',
      },
    },
    tags: {
      ...tagsSchema,
      description: 'Tags that each table of the group also has, each with this value.',
    },
  },
} as const;

/** One entry of `sinks`. */
export const sinkSchema = {
  type: 'object',
  errorMessage: 'must be an object with the members name and bucket',
  additionalProperties: false,
  required: ['name', 'bucket'],
  properties: {
    name: {
      description:
        'Name of the data sink, used once. Never give it to another bucket or prefix while it has backups.',
      type: 'string',
      pattern: sinkNameForm,
      errorMessage: 'must be up to 64 letters, digits, ".", "_" or "-"',
    },
    bucket: {
      description: 'Name of the bucket, which must exist, in the region of the deployment.',
      type: 'string',
      pattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
      errorMessage: 'must be the name of a bucket',
    },
    prefix: {
      description: "Prefix of every key, without a slash at its start or end. Without it, the bucket's root.",
      type: 'string',
      pattern: prefixForm,
      maxLength: 200,
      errorMessage: 'must be a key prefix such as "backups/eu"',
    },
    kmsKey: {
      description:
        "ARN of the KMS key that encrypts new objects. Without it, the bucket's own encryption is used. Needed too if that is by a key of KMS: the functions get the right to use it.",
      type: 'string',
      pattern: String.raw`^arn:[\w-]+:kms:[\w-]+:\d{12}:key/[\w-]{1,100}$`,
      errorMessage: 'must be the ARN of a KMS key',
    },
    storageClass: {
      description:
        "Storage class of new objects. Without it, the bucket's own. Classes that are read after hours are not possible.",
      enum: storageClasses,
    },
    role: {
      description: 'Role that the functions assume to use the bucket, such as one of another account.',
      type: 'object',
      errorMessage: 'must be an object with the member arn',
      additionalProperties: false,
      required: ['arn'],
      properties: {
        arn: {
          description: 'ARN of the role.',
          type: 'string',
          pattern: String.raw`^arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]{1,512}$`,
          errorMessage: 'must be the ARN of a role',
        },
        externalId: {
          description: 'External id that the trust policy of the role asks for. It is no secret.',
          type: 'string',
          pattern: String.raw`^[\w+=,.@:/-]{2,256}$`,
          errorMessage: 'must be 2 to 256 letters, digits or "+=,.@:/-_"',
        },
      },
    },
    allowsNewSinks: {
      description:
        'Requests of the Kinetica dialect may make data sinks below its prefix, which use its bucket, key and role.',
      enum: [true, false],
    },
    folder: {
      description:
        'Folder that stands for the bucket with npm start. It must exist. Without it, one in the folder of its data.',
      type: 'string',
      minLength: 1,
      maxLength: 1000,
      errorMessage: 'must be the path of a folder',
    },
  },
} as const;

/** One entry of `teams`. */
export const teamSchema = {
  type: 'object',
  errorMessage: 'must be an object with the members name, tables and verbs',
  additionalProperties: false,
  required: ['name', 'tables', 'verbs'],
  properties: {
    name: {
      description: 'Unique name of the team. The output Team<name>PolicyArn has the ARN of its policy.',
      type: 'string',
      pattern: '^[A-Za-z][A-Za-z0-9]{0,31}$',
      errorMessage: 'must be up to 32 letters and digits, beginning with a letter',
    },
    tables: {
      description: "Names or patterns of the team's tables.",
      type: 'array',
      minItems: 1,
      maxItems: 10,
      errorMessage: 'must be a list of 1 to 10 tables or patterns, such as "orders-*"',
      items: {
        type: 'string',
        pattern: String.raw`^[\w.*-]{1,255}$`,
        errorMessage: 'must be a table name or a pattern such as "orders-*"',
      },
    },
    targets: {
      description: 'Names or patterns of the tables that the team may restore its tables to.',
      type: 'array',
      minItems: 1,
      maxItems: 10,
      errorMessage: 'must be a list of 1 to 10 tables or patterns, such as "orders-restored-*"',
      items: {
        type: 'string',
        pattern: String.raw`^[\w.*-]{1,255}$`,
        errorMessage: 'must be a table name or a pattern such as "orders-restored-*"',
      },
    },
    verbs: {
      description: 'The verbs of the team: read, backup, delete, restore, reencrypt, recovery.',
      type: 'array',
      minItems: 1,
      errorMessage: 'must be a list of verbs, such as ["read", "backup"]',
      items: { enum: verbs },
    },
  },
} as const;

export const memberSchemas = {
  tables: {
    description:
      'Tables that Tidemark may back up, and restore to: names, patterns such as orders-*, or table ARNs. All rights to user tables are limited to them, so the target of a restore must match one too.',
    default: exampleTables,
    type: 'array',
    minItems: 1,
    errorMessage: 'must be a list of at least one table or pattern, such as "orders-*"',
    items: {
      type: 'string',
      pattern: tablePatternForm,
      errorMessage: 'must be a table name, a pattern such as "orders-*", or a table ARN',
    },
  },
  missingStream: {
    description:
      'What happens if a backup needs a stream, but the table has none with new and old images. refuse: the backup is refused. enable: Tidemark enables the stream, unless the request names an export as source.',
    default: defaultConfig.missingStream,
    enum: ['refuse', 'enable'],
  },
  base: {
    description:
      "How to read a table that has no snapshot to continue. export: by DynamoDB's export to S3, which takes no throughput of the table and needs point-in-time recovery. scan: by a scan with the table's stream, which takes read capacity.",
    default: defaultConfig.base,
    enum: ['export', 'scan'],
  },
  missingRecovery: {
    description:
      'What happens if a backup needs an export, but the table has no point-in-time recovery. refuse: the backup is refused. enable: Tidemark enables recovery, which DynamoDB bills by the size of the table.',
    default: defaultConfig.missingRecovery,
    enum: ['refuse', 'enable'],
  },
  settleSeconds: {
    description: "Seconds after a backup's request until the stream is expected to show all earlier writes.",
    default: defaultConfig.settleMs / 1000,
    type: 'integer',
    minimum: 0,
    maximum: 600,
  },
  scanSegments: {
    description: 'Number of segments into which the first scan of a table is divided.',
    default: defaultConfig.scanSegments,
    type: 'integer',
    minimum: 1,
    maximum: maxMapItems,
  },
  restoreBy: {
    description:
      'How a restored table gets its items. import: DynamoDB imports them from the bucket, which takes no write capacity and costs less, but needs ten minutes or more. writes: Tidemark writes them, which takes seconds for a small table. auto: by import from 1 GiB on where an import can make the table, otherwise by writes.',
    default: 'auto',
    enum: ['auto', 'import', 'writes'],
  },
  maxConcurrency: {
    description:
      "Number of functions that one execution runs at the same time. All executions share the account's limit.",
    default: 40,
    type: 'integer',
    minimum: 1,
    maximum: maxMapItems,
  },
  reservedConcurrency: {
    description:
      "Reserves a number of functions that run at the same time for each verb of the DynamoDB endpoint, so that requests of one verb cannot use up the account's limit for those of another. 0: none is reserved. It is taken from the account's limit six times, with one for `/`.",
    default: 0,
    type: 'integer',
    minimum: 0,
    maximum: 1000,
  },
  logRetentionDays: {
    description: 'How many days logs are kept: one of the numbers that CloudWatch Logs accepts.',
    default: RetentionDays.ONE_MONTH,
    enum: retentionDays,
  },
  schedules: {
    description: 'Backups at set times.',
    default: [],
    type: 'array',
    errorMessage: 'must be a list of schedules',
    items: scheduleSchema,
  },
  groups: {
    description:
      'Groups of tables that one request can back up together. Their tables are found when a request names the group.',
    default: [],
    type: 'array',
    maxItems: 50,
    errorMessage: 'must be a list of at most 50 groups',
    items: groupSchema,
  },
  sinks: {
    description:
      "Data sinks: named destinations of backups besides the deployment's own bucket, which is the sink default. A request or a schedule names the one to use.",
    default: [],
    type: 'array',
    maxItems: 5,
    errorMessage: 'must be a list of at most 5 data sinks',
    items: sinkSchema,
  },
  dialects: {
    description:
      'Further protocols of the deployment, each with its own endpoint and its own keys. rds: the backup actions of Alibaba Cloud RDS. kinetica: the backup endpoints of Kinetica.',
    default: [],
    type: 'array',
    uniqueItems: true,
    errorMessage: 'must be a list of dialects, each once',
    items: { enum: ['rds', 'kinetica'] },
  },
  teams: {
    description:
      'Teams that call the endpoint. The stack creates a managed policy for each team, which allows its verbs on its tables.',
    default: [],
    type: 'array',
    maxItems: 50,
    errorMessage: 'must be a list of at most 50 teams',
    items: teamSchema,
  },
  prefix: {
    description:
      "Prefix of every key in the bucket, without a slash at its start or end; empty for the bucket's root. Never change it once there are backups.",
    default: '',
    type: 'string',
    pattern: String.raw`^([\w.-]+(/[\w.-]+)*)?$`,
    errorMessage: 'must be a key prefix such as "backups/eu"',
  },
} as const;

export const configSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Configuration of a deployment of Tidemark',
  type: 'object',
  errorMessage: 'must be an object',
  additionalProperties: false,
  properties: {
    ...memberSchemas,
    $schema: {
      description: 'Path of this schema, for editors.',
      type: 'string',
      errorMessage: 'must be text',
    },
  },
} as const;
