import type { Mutant } from './mutant.ts';

const tokens = ['test/operations/page-token.test.ts'];
const paths = [
  'test/dialects/dynamodb/named-tables.test.ts',
  'test/dialects/dynamodb/dialect.test.ts',
  'test/attacks/paths.test.ts',
  'test/handlers/api-handler.test.ts',
];
const accessKeys = ['test/dialects/access-keys.test.ts'];
const signatures = ['test/dialects/rds/authenticate.test.ts'];
const kinetica = ['test/dialects/kinetica/captures.test.ts', 'test/dialects/kinetica/dialect.test.ts'];
const staging = ['test/jobs/staging.test.ts'];
const requests = [
  'test/operations/database/backups.test.ts',
  'test/operations/database/table-references.test.ts',
  'test/scenarios/wire/rate.test.ts',
];
const states = ['test/operations/database/table-state.test.ts'];
const lists = [
  'test/dialects/dynamodb/operations/list-backups.test.ts',
  'test/operations/database/backups.test.ts',
  'test/scenarios/natives/foreign.test.ts',
];

export const accessMutants: readonly Mutant[] = [
  // tokens and paths
  {
    file: 'lambda/operations/page-token.ts',
    from: `if (sent.length === own.length && timingSafeEqual(sent, own)) return place;`,
    to: `if (sent.length === own.length) return place;`,
    harm: 'a token that Tidemark did not make is accepted',
    tests: tokens,
  },
  {
    file: 'lambda/operations/page-token.ts',
    from: `JSON.stringify([place, ...facts])`,
    to: `JSON.stringify([place])`,
    harm: 'a token of another request is accepted',
    tests: tokens,
  },
  {
    file: 'lambda/dialects/dynamodb/paths.ts',
    from: `  if ((target !== undefined) !== hasTarget(verb)) return undefined;\n`,
    to: '',
    harm: 'a restore is requested at a path that names no target',
    tests: paths,
  },
  {
    file: 'lambda/dialects/dynamodb/paths.ts',
    from: `if (formsOf(operation).includes(pathForms[place.verb])) return place;`,
    to: `if (operation.verbs.length > 0) return place;`,
    harm: 'whoever may read a table may also delete its backups',
    tests: paths,
  },
  {
    file: 'lambda/dialects/dynamodb/named-tables.ts',
    from: `const isRight = names === 'target' ? name === target : name === table;`,
    to: `const isRight = name === target || name === table;`,
    harm: 'a restore reads the backup of the table that it may only create',
    tests: paths,
  },
  {
    file: 'lambda/dialects/dynamodb/paths.ts',
    from: `return names !== undefined && names !== 'cursor';`,
    to: `return names !== undefined;`,
    harm: 'a list with a cursor of one table shows the backups of all tables',
    tests: paths,
  },
  {
    file: 'lambda/dialects/dynamodb/named-tables.ts',
    from: `if (found === undefined || found.verb === verb) return;`,
    to: `if (found === undefined || found.verb !== verb) return;`,
    harm: 'whoever may restore a table may also change its encryption',
    tests: paths,
  },
  {
    file: 'lambda/dialects/dynamodb/dialect.ts',
    from: `    if (place !== undefined) checkNamedTables(operation, input, place);\n`,
    to: '',
    harm: 'a right to one table is a right to all',
    tests: paths,
  },
  {
    file: 'lambda/dialects/dynamodb/dialect.ts',
    from: `    if (!request.signed) return { response: respondJson(request, 400, missingToken) };\n`,
    to: '',
    harm: 'a request without a signature is answered',
    tests: ['test/dialects/dynamodb/dialect.test.ts', 'test/local/server.test.ts'],
  },
  // keys and signatures of the other dialects
  {
    file: 'lambda/dialects/access-keys.ts',
    from: `groups.includes('*') || groups.includes(group)`,
    to: `groups.includes('*') || groups.length > 0`,
    harm: 'a key may name the tables of every group',
    tests: accessKeys,
  },
  {
    file: 'lambda/dialects/access-keys.ts',
    from: `if (loaded === undefined || Math.abs(now - loaded.at) >= keysMs) loaded`,
    to: `if (loaded === undefined) loaded`,
    harm: 'a key that was removed is accepted for ever',
    tests: accessKeys,
  },
  {
    file: 'lambda/dialects/access-keys.ts',
    from: `      if (loaded.keys === keys) loaded = undefined;\n`,
    to: '',
    harm: 'after a failed load all requests fail for a minute',
    tests: accessKeys,
  },
  {
    file: 'lambda/dialects/access-keys.ts',
    from: `  if (ids.size < parsed.length) throw new Error('keys: two keys have one id');\n`,
    to: '',
    harm: 'the second of two keys of one id is ignored',
    tests: accessKeys,
  },
  {
    file: 'lambda/dialects/rds/authenticate.ts',
    from: `if (Math.abs(now - time) > windowMs) {`,
    to: `if (now - time > windowMs) {`,
    harm: 'a recorded request with a time in the future can be repeated for long',
    tests: signatures,
  },
  {
    file: 'lambda/dialects/rds/authenticate.ts',
    from: `  if (!isNew) {`,
    to: `  if (isNew === undefined) {`,
    harm: 'a recorded request can be repeated',
    tests: signatures,
  },
  {
    file: 'lambda/dialects/rds/authenticate.ts',
    from: `until: time + windowMs`,
    to: `until: now`,
    harm: 'the nonce of a request is forgotten while the request can still be repeated',
    tests: signatures,
  },
  {
    file: 'lambda/dialects/rds/authenticate.ts',
    from: `const matches = key.secrets.flatMap(`,
    to: `const matches = key.secrets.slice(0, 1).flatMap(`,
    harm: 'clients fail while a key is being replaced',
    tests: signatures,
  },
  {
    file: 'lambda/dialects/rds/authenticate.ts',
    from: `  'x-acs-action',\n`,
    to: '',
    harm: 'somebody on the way changes which operation a request calls',
    tests: signatures,
  },
  {
    file: 'lambda/dialects/rds/authenticate.ts',
    from: `if (!isSameText(headers['x-acs-content-sha256'] ?? '', hashOf(body))) {`,
    to: `if (headers['x-acs-content-sha256'] === undefined) {`,
    harm: 'somebody on the way changes the body of a request',
    tests: signatures,
  },
  {
    file: 'lambda/dialects/kinetica/credentials.ts',
    from: `keys.filter(({ id }) => id === text.slice(0, at)),`,
    to: `keys,`,
    harm: 'a name is accepted with the secret of another key',
    tests: kinetica,
  },
  // staging and secret
  {
    file: 'lambda/secret/seal.ts',
    from: `found.length !== expected.length || !timingSafeEqual(found, expected)`,
    to: `found.length !== expected.length`,
    harm: 'a damaged or forged plan is believed',
    tests: staging,
  },
  {
    file: 'lambda/secret/seal.ts',
    from: `signWith(signingKey, \`\${key}\\n\`, json)`,
    to: `signWith(signingKey, json)`,
    harm: 'a result that was copied to the name of another is believed',
    tests: staging,
  },
  {
    file: 'lambda/secret/secret.ts',
    from: `derived.catch(() => known.delete(purpose));`,
    to: `derived.catch(() => undefined);`,
    harm: 'after one failed call of KMS a function fails until it is replaced',
    tests: ['test/secret/secret.test.ts'],
  },
  {
    file: 'lambda/jobs/staging.ts',
    from: `return outcome === 'stored' ? result : this.read<T>(name);`,
    to: `return result;`,
    harm: 'a step continues with a result of its own, and not with the one that was published first',
    tests: staging,
  },
  {
    file: 'lambda/jobs/staging.ts',
    from: `if (isError(error, 'ObjectNotFound')) return undefined;`,
    to: `if (isError(error, 'ObjectNotFound', 'StagedDataCorrupt')) return undefined;`,
    harm: 'a damaged plan is made again, and the steps before and after follow two plans',
    tests: staging,
  },
  {
    file: 'lambda/jobs/staging.ts',
    from: `while (parts.at(-1)?.done !== true);`,
    to: `while (parts.length < 1);`,
    harm: 'the results of all parts but the first one are lost',
    tests: staging,
  },
  {
    file: 'lambda/jobs/staging.ts',
    from: '`staging/${job.id}/${job.execution}-${job.round}`',
    to: '`staging/${job.id}/${job.execution}`',
    harm: 'a backup that starts over finds the plan that could not be carried out',
    tests: [...staging, 'test/scenarios/damage/distrust.test.ts'],
  },
  {
    file: 'lambda/jobs/budget.ts',
    from: `isSpent ||= last !== undefined && budget.isSpent();`,
    to: `isSpent ||= budget.isSpent();`,
    harm: 'an invocation that starts late makes no progress, again and again',
    tests: ['test/backup/apply.test.ts'],
  },
  {
    file: 'lambda/jobs/pause.ts',
    from: `Math.min(Math.max((ageMs / 1000) * shareOfAge, minSeconds), maxSeconds)`,
    to: `Math.max((ageMs / 1000) * shareOfAge, minSeconds)`,
    harm: 'the end of a long export is noticed hours late',
    tests: ['test/jobs/pause.test.ts'],
  },
  // operations
  {
    file: 'lambda/operations/create-backup.ts',
    from: `  if (!admitted) throw tooManyRequestsError();\n`,
    to: '',
    harm: 'a caller requests any number of backups in a second',
    tests: requests,
  },
  {
    file: 'lambda/operations/create-backup.ts',
    from: `JSON.stringify([requestKey, table, name,`,
    to: `JSON.stringify([requestKey, table,`,
    harm: 'a request for a second backup with the same key gets the first one',
    tests: requests,
  },
  {
    file: 'lambda/operations/find-backup.ts',
    from: `backup?.internal === false && (`,
    to: `backup !== undefined && (`,
    harm: 'a caller deletes a backup that Tidemark made for its own use',
    tests: requests,
  },
  {
    file: 'lambda/operations/find-backup.ts',
    from: `(includeDeleted || backup.status !== 'DELETED')`,
    to: `(includeDeleted || backup.status !== undefined)`,
    harm: 'a deleted backup is described as if it could be restored',
    tests: requests,
  },
  {
    file: 'lambda/operations/find-backup.ts',
    from: `    for (const key of backups) await findBackup(services, key);
    const damage`,
    to: `    const damage`,
    harm: 'deleting a backup while somebody reads it raises an alarm, and the next backup is a needless base',
    tests: ['test/operations/database/reading-backups.test.ts'],
  },
  {
    file: 'lambda/operations/delete-backup.ts',
    from: `if (backup.status === 'CREATING') {`,
    to: `if (backup.status === 'DELETED') {`,
    harm: 'a backup that is being made is deleted under its execution',
    tests: requests,
  },
  {
    file: 'lambda/operations/delete-backup.ts',
    from: `backup?.status !== 'DELETED' || backup.deletedFor !== requestKey`,
    to: `backup?.status !== 'DELETED'`,
    harm: 'a caller gets an answer of success for a backup that another caller deleted',
    tests: requests,
  },
  {
    file: 'lambda/operations/table-state.ts',
    from: `  if (isRunning(restore)) throw tableNotFoundError(name);
  if (table.status`,
    to: `  if (table.status`,
    harm: 'a table that is being restored is backed up as if it were complete',
    tests: states,
  },
  {
    file: 'lambda/operations/table-state.ts',
    from: `if (name !== tableName) return;`,
    to: `if (name !== '') return;`,
    harm: 'a caller backs up, and restores elsewhere, the records of all tables',
    tests: ['test/attacks/wire/rights.test.ts'],
  },
  {
    file: 'lambda/operations/compare-clocks.ts',
    from: `if (Math.max(behindMs, aheadMs) <= maxClockErrorMs) return { notBefore: answeredAt };`,
    to: `if (Math.max(behindMs, aheadMs) <= maxClockErrorMs) return {};`,
    harm: 'a clock that is a few seconds slow cuts off acknowledged writes',
    tests: ['test/operations/compare-clocks.test.ts'],
  },
  {
    file: 'lambda/operations/list-backups.ts',
    from: `foreign.backups.filter(({ table }) => isCovered(config.tables, table.arn));`,
    to: `foreign.backups;`,
    harm: 'DynamoDB’s backups of tables are listed that the configuration does not cover',
    tests: lists,
  },
  {
    file: 'lambda/operations/list-backups.ts',
    from: `    .filter((backup) => end === undefined || compareIds(backup, end) <= 0)\n`,
    to: '',
    harm: 'backups are missing between two pages of a list',
    tests: lists,
  },
  {
    file: 'lambda/operations/check-source.ts',
    from: `table.streamArn !== undefined && head?.tableId === tableId;
    if (isReadable`,
    to: `table.streamArn !== undefined;
    if (isReadable`,
    harm: 'a backup of a table that is being deleted is accepted, and fails',
    tests: ['test/operations/check-source.test.ts'],
  },
];
