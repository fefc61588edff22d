import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { maxMapItems } from '../../lambda/jobs/states.ts';
import { defaultConfig } from '../../lambda/services/config.ts';
import { groupSchema, scheduleSchema, sinkSchema, teamSchema } from './entry-schemas.ts';
import { tablePatternForm } from './table-patterns.ts';

/**
 * The JSON Schema of a deployment's configuration. Only this file and `entry-schemas.ts` state the members, their
 * descriptions, defaults and limits: the types of `tidemark-config.ts` are derived from the schema, `parse-config.ts`
 * validates with it, and editors complete a configuration by `tidemark.config.schema.json`, which `npm run config-schema`
 * writes.
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
