/**
 * The names of the environment variables that configure the functions. The stack sets them, `config.ts` reads
 * them; this file imports nothing, so that both sides may.
 */
export const environment = {
  catalogTable: 'TIDEMARK_CATALOG_TABLE',
  /** That table's ARN. */
  catalogArn: 'TIDEMARK_CATALOG_ARN',
  /** The bucket's name. */
  bucket: 'TIDEMARK_BUCKET',
  /** Key prefix inside the bucket, without slashes at its ends; may be empty. */
  prefix: 'TIDEMARK_PREFIX',
  /** ARNs of the state machines; only functions that start executions have them. */
  backupMachine: 'TIDEMARK_BACKUP_MACHINE_ARN',
  restoreMachine: 'TIDEMARK_RESTORE_MACHINE_ARN',
  /** ARN of the function that has DynamoDB restore tables; only the API's function has it. */
  restoreFunction: 'TIDEMARK_RESTORE_FUNCTION_ARN',
  /** `refuse` or `enable`: what to do about a table without a stream. */
  missingStream: 'TIDEMARK_MISSING_STREAM',
  /** `export` or `scan`: what a table without a snapshot to continue is read by. */
  base: 'TIDEMARK_BASE',
  /** `refuse` or `enable`: what to do about a table without point-in-time recovery that is to be exported. */
  missingRecovery: 'TIDEMARK_MISSING_RECOVERY',
  /** `auto`, `import` or `writes`: how restored tables get their items. */
  restoreBy: 'TIDEMARK_RESTORE_BY',
  /** Longest time in seconds that one invocation works before it answers `more`. */
  timeBudgetSeconds: 'TIDEMARK_TIME_BUDGET_SECONDS',
  /** How long after the marker the stream is given to show its last records, in seconds. */
  settleSeconds: 'TIDEMARK_SETTLE_SECONDS',
  /** Segments of a table scan: at least 1, at most 500. */
  scanSegments: 'TIDEMARK_SCAN_SEGMENTS',
} as const;
