/** A folder of the project with one purpose. A room may import from every room on a lower floor. */
export interface Room {
  readonly folder: string;
  /** What the room holds, as one sentence: the text of `docs/architecture.md`. */
  readonly holds: string;
  /** If set, the only rooms of lower floors that this room may import from. */
  readonly uses?: readonly string[];
  /** Rooms of lower floors that this room must not import from; a folder of rooms stands for all in it. */
  readonly avoids?: readonly string[];
  /** Packages that only the rooms that list them may import, except for types. */
  readonly owns?: readonly string[];
}

/**
 * The floors of the project, from the top down: the single statement of which room may import from which. Rooms on one
 * floor do not import from each other. `npm run check` compares every import with it.
 */
export const floors: readonly (readonly Room[])[] = [
  [
    {
      folder: 'bin',
      holds: 'The two entry points: the CDK app and the command line.',
      owns: ['aws-cdk-lib'],
    },
    {
      folder: 'bench',
      holds: 'Benchmarks and the cost calculator, each measured against a peer or a limit.',
    },
  ],
  [
    {
      folder: 'cli',
      holds: 'The command line and the demo; every command speaks to an endpoint.',
      uses: ['local', 'lambda/dialects', 'lambda/item'],
    },
  ],
  [
    {
      folder: 'local',
      holds:
        'The embedded runtime: handlers, interpreted state machines and a folder as store, in one process.',
    },
  ],
  [
    {
      folder: 'lib',
      holds:
        'The stack: a folder of CDK constructs for each capability, and the schema and parser of the configuration.',
      uses: [
        'lambda/catalog',
        'lambda/dialects',
        'lambda/jobs',
        'lambda/model',
        'lambda/runtime',
        'lambda/services',
      ],
      owns: ['aws-cdk-lib', 'ajv'],
    },
    {
      folder: 'api',
      holds: 'The generator of the OpenAPI document and of the service model for the AWS CLI.',
      uses: ['lambda/dialects'],
    },
    {
      folder: 'lambda/handlers',
      holds: 'One short file for each Lambda function; `compose/` builds the services and runs the steps.',
    },
  ],
  [
    {
      folder: 'lambda/dialects',
      holds: 'The wire protocols: decode a request, encode a result, render an error.',
      avoids: [
        'lambda/catalog',
        'lambda/jobs',
        'lambda/secret',
        'lambda/services',
        'lambda/snapshot',
        'lambda/storage',
      ],
    },
    {
      folder: 'lambda/reconcile',
      holds: 'The reconciler, which ends or restarts the work that no execution will finish.',
    },
  ],
  [
    {
      folder: 'lambda/operations',
      holds: 'One file for each operation of the API, free of any dialect; `sets/` has those of backup sets.',
    },
  ],
  [
    { folder: 'lambda/backup', holds: 'The steps of a backup, from `begin` to `commit`.' },
    { folder: 'lambda/restore', holds: 'The steps of a restore: the only writer of user tables.' },
    {
      folder: 'lambda/retention',
      holds: 'The sweep: the only deleter of stored objects.',
    },
  ],
  [
    {
      folder: 'lambda/sources/stream',
      holds: 'The source that reads the changes since a parent from the stream of a table.',
      avoids: ['lambda/catalog'],
    },
    {
      folder: 'lambda/sources/export',
      holds: 'The source that has DynamoDB export a table, or the changes since a parent.',
      avoids: ['lambda/catalog'],
    },
    {
      folder: 'lambda/sources/settings',
      holds: 'The source of a backup without items: the settings of a table alone.',
      avoids: ['lambda/catalog'],
    },
    {
      folder: 'lambda/sources/scan',
      holds: 'The source that scans a table, and corrects the scan by the stream.',
      avoids: ['lambda/catalog'],
    },
  ],
  [
    {
      folder: 'lambda/sources',
      holds:
        'The common parts of the sources: their interface, staged files, and the reader of a stream up to a cut.',
      avoids: ['lambda/catalog'],
    },
  ],
  [
    {
      folder: 'lambda/services',
      holds: 'The ports that operations and steps work with, and the configuration.',
    },
  ],
  [
    {
      folder: 'lambda/catalog',
      holds: 'The catalog table: its keys, conditional writes and the decoders of its records.',
      owns: ['@aws-sdk/lib-dynamodb'],
    },
  ],
  [
    {
      folder: 'lambda/jobs',
      holds:
        'The common parts of all executions of a state machine: job, task, staging, time budget, state names.',
    },
  ],
  [
    {
      folder: 'lambda/snapshot/compact',
      holds: 'Turns staged changes into new runs: sorts, merges and folds them, and plans which.',
    },
    {
      folder: 'lambda/snapshot/verify',
      holds: 'Checks that the stored objects of a snapshot hold what the format promises.',
    },
    {
      folder: 'lambda/snapshot/compare',
      holds: 'Finds the items in which two snapshots differ, without reading the runs that they share.',
    },
    {
      folder: 'lambda/tables',
      holds: 'User tables as DynamoDB describes them, and the reader of their streams.',
      avoids: ['lambda/snapshot'],
    },
    {
      folder: 'lambda/native',
      holds: 'The on-demand backups and point-in-time recovery of DynamoDB itself.',
      avoids: ['lambda/snapshot'],
    },
    {
      folder: 'lambda/secret',
      holds: 'The secret, in KMS or in this process, and the seal of what is signed with it.',
      owns: ['@aws-sdk/client-kms'],
    },
    {
      folder: 'lambda/estimate',
      holds: 'Prices and times of a backup or a restore before it is made.',
      avoids: ['lambda/snapshot'],
    },
  ],
  [
    {
      folder: 'lambda/snapshot/read',
      holds: 'Reads snapshots: the frames of a run, one item, and all items as a merge of the runs.',
    },
  ],
  [
    {
      folder: 'lambda/snapshot/format',
      holds: 'The stored format: lines, frames, runs with their index, digests and the manifest.',
    },
  ],
  [
    {
      folder: 'lambda/item',
      holds: 'Items: canonical form, keys, sizes, and JSON parsers that lose nothing.',
    },
    {
      folder: 'lambda/storage',
      holds: 'The object-store port and its adapters for S3 and a directory.',
      owns: ['@aws-sdk/client-s3', '@aws-sdk/lib-storage'],
    },
    {
      folder: 'lambda/model',
      holds:
        'Types that several rooms share: records, backup ARNs, restore overrides, sets, table groups, data sinks.',
    },
  ],
  [
    {
      folder: 'lambda/runtime',
      holds: 'Errors, clock, ids, environment names and logger; it imports no other room.',
    },
  ],
];
