import { verbs } from '../../lambda/dialects/dynamodb/paths.ts';
import { prefixForm, sinkNameForm, storageClasses } from '../../lambda/model/data-sinks.ts';
import { tablePatternForm } from './table-patterns.ts';

/*
 * The schemas of the entries of `schedules`, `groups`, `sinks` and `teams`: the part of `schema.ts` that describes one entry
 * of each list.
 */

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
