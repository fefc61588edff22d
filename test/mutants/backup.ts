import type { Mutant } from './mutant.ts';

const begin = ['test/backup/database/begin.test.ts'];
const collect = ['test/backup/database/collect.test.ts'];
const apply = ['test/backup/apply.test.ts', 'test/backup/assemble.test.ts'];
const partition = ['test/backup/partition.test.ts'];
const crash = ['test/scenarios/crash/backup.test.ts'];
const damage = [
  'test/backup/database/commit.test.ts',
  'test/scenarios/damage/backup.test.ts',
  'test/scenarios/damage/distrust.test.ts',
];
const staging = ['test/scenarios/damage/staging.test.ts', ...partition];
const natives = ['test/scenarios/content/main-job.test.ts'];

export const backupMutants: readonly Mutant[] = [
  {
    file: 'lambda/backup/begin.ts',
    from: `  if (outcome === 'earlier') await handOver(services, { job, status: 'ended' });\n`,
    to: '',
    harm: 'a free turn waits for the reconciler',
    tests: [...begin, 'test/scenarios/concurrency/many-requests.test.ts'],
  },
  {
    file: 'lambda/backup/begin.ts',
    from: `  if (await findOwnManifest(services, backup.table.tableId, backup.id)) return answer('commit');\n`,
    to: '',
    harm: 'a backup whose manifest is published is made again, and its manifest refers to other runs',
    tests: [...begin, ...crash],
  },
  {
    file: 'lambda/backup/begin.ts',
    from: `!(await keepPinned(services, claim, plan.parent.id, search))`,
    to: `search.startsOver !== undefined`,
    harm: 'the parent of a published plan dies while the backup is made from it',
    tests: begin,
  },
  {
    file: 'lambda/backup/begin.ts',
    from: `if (found !== undefined) return found.status === 'CREATING';`,
    to: `if (found !== undefined) return false;`,
    harm: 'a backup whose record comes a moment after its execution waits for the reconciler',
    tests: begin,
  },
  {
    file: 'lambda/backup/begin.ts',
    from: `return lastMarker <= marker && clock.now()`,
    to: `return clock.now()`,
    harm: 'an execution whose request was refused waits for its record',
    tests: begin,
  },
  {
    file: 'lambda/backup/begin.ts',
    from: `    headSeen: head?.snapshot,\n`,
    to: `    headSeen: parent?.id,\n`,
    harm: 'a base after a head can never be committed',
    tests: [...begin, 'test/scenarios/content/gaps.test.ts'],
  },
  {
    file: 'lambda/backup/apply-range.ts',
    from: `(_older, newer) => ({ ...newer, overDelta: true }),`,
    to: `(_older, newer) => newer,`,
    harm: 'a change that undoes a merged delta run is left out, and an older item comes back',
    tests: apply,
  },
  {
    file: 'lambda/backup/apply-range.ts',
    from: `const covered = toHex({ from: range.from, to: next ?? range.to });`,
    to: `const covered = toHex(range);`,
    harm: 'two runs claim one range, and tombstones of the first hide items of the second',
    tests: apply,
  },
  {
    file: 'lambda/backup/apply-range.ts',
    from: `parent === undefined || sourceOf(plan.origin).isExact(plan.origin)`,
    to: `true`,
    harm: 'old images of an inexact export make the digest wrong',
    tests: [...apply, 'test/scenarios/content/export-boundaries.test.ts'],
  },
  {
    file: 'lambda/backup/arrange.ts',
    from: `const spills = results.flat().flatMap((result) => result.spills);`,
    to: `const spills = results.flatMap((parts) => parts.at(-1)?.spills ?? []);`,
    harm: 'changes of all parts but the last one of a task are lost',
    tests: ['test/backup/partition.test.ts', 'test/scenarios/content/sources.test.ts'],
  },
  {
    file: 'lambda/backup/assemble.ts',
    from: `if (claimed.items !== counted.items || claimed.digest !== counted.digest) {`,
    to: `if (claimed.items !== counted.items) {`,
    harm: 'a parent with another content than its changes claim is continued',
    tests: apply,
  },
  {
    file: 'lambda/backup/assemble.ts',
    from: `  if (sumPartitions(applied).some(({ items, bytes }) => items < 0 || bytes < 0)) {`,
    to: `  if (sumPartitions(applied).some(({ items }) => items < 0)) {`,
    harm: 'a backup of a negative size is AVAILABLE',
    tests: apply,
  },
  {
    file: 'lambda/backup/assemble.ts',
    from: `base: kind === 'full' || parent === undefined ? plan.id : parent.base,`,
    to: `base: parent === undefined ? plan.id : parent.base,`,
    harm: 'a differential backup is said to continue an older full one than it does',
    tests: apply,
  },
  {
    file: 'lambda/services/sinks.ts',
    from: `(key.split('/')[0] === 'staging' ? own : store)`,
    to: `(key === '' ? own : store)`,
    harm: 'who may write to a data sink can change what is staged',
    tests: ['test/scenarios/sinks/lineages.test.ts'],
  },
  {
    file: 'lambda/services/sinks.ts',
    from: `if (probe.equals(await store.get(probeKey))) return;`,
    to: `return;`,
    harm: 'a backup is accepted in a data sink that can be written but not read',
    tests: ['test/operations/data-sinks.test.ts'],
  },
  {
    file: 'lambda/operations/data-sinks.ts',
    from: `if (overlapped !== undefined) {`,
    to: `if (overlapped === undefined) {`,
    harm: 'two data sinks share their objects',
    tests: ['test/operations/database/made-sinks.test.ts'],
  },
  {
    file: 'lambda/backup/parents.ts',
    from: `const lineage = { table: table.name, sink };`,
    to: `const lineage = { table: table.name };`,
    harm: 'a backup by exports in another data sink continues a snapshot whose runs are not in that sink',
    tests: ['test/scenarios/sinks/exports.test.ts'],
  },
  {
    file: 'lambda/backup/commit.ts',
    from: `await services.catalog.snapshots.kill({ table: job.table, sink: job.sink, id: headSeen });`,
    to: '',
    harm: 'the former head lives until the next sweep although its backup was deleted',
    tests: [
      ...begin,
      'test/scenarios/concurrency/sweep.test.ts',
      ...crash,
      'test/reconcile/database/reconcile.test.ts',
    ],
  },
  {
    file: 'lambda/backup/commit.ts',
    from: `const fault = (oldestRun && findSharedDamage({ oldestRun }, table)) ?? findParentFault(applied);`,
    to: `const fault = findParentFault(applied);`,
    harm: 'a run is continued whose damage was seen while the backup was made',
    tests: damage,
  },
  {
    file: 'lambda/backup/commit.ts',
    from: `  await checkAddedRuns(services.store, manifest, applied.parent);\n`,
    to: '',
    harm: 'a backup is AVAILABLE whose new run cannot be opened',
    tests: [...damage, ...staging],
  },
  {
    file: 'lambda/backup/own-manifest.ts',
    from: `    if (announced !== undefined) return;\n`,
    to: `    if (announced === undefined) return;\n`,
    harm: 'a manifest that somebody else stored in a data sink is committed, and no backup is',
    tests: [...begin, 'test/attacks/database/forged-manifest.test.ts'],
  },
  {
    file: 'lambda/backup/find-source.ts',
    from: `  if (startsOver !== undefined) return [];\n`,
    to: '',
    harm: 'a backup starts over with the parent that could not be used',
    tests: [...begin, ...damage],
  },
  {
    file: 'lambda/backup/find-table.ts',
    from: `if (found?.identity.tableId === identity.tableId && found.status !== 'DELETING') return found;`,
    to: `if (found !== undefined && found.status !== 'DELETING') return found;`,
    harm: 'a backup of a deleted table is made from another one of its name',
    tests: ['test/backup/database/deleted-table.test.ts'],
  },
  {
    file: 'lambda/backup/find-table.ts',
    from: `if (found?.identity.tableId === identity.tableId && found.status !== 'DELETING') return found;`,
    to: `if (found?.identity.tableId === identity.tableId) return found;`,
    harm: 'a backup of a table that is being deleted waits for its stream to be enabled',
    tests: ['test/backup/database/deleted-table.test.ts'],
  },
  {
    file: 'lambda/backup/parents.ts',
    from: `  if (head?.tableId !== table.tableId) return [];\n`,
    to: `  if (head === undefined) return [];\n`,
    harm: 'a new table of an old name continues the snapshot of the old table',
    tests: [...begin, 'test/scenarios/content/gaps.test.ts'],
  },
  {
    file: 'lambda/backup/parents.ts',
    from: `alive && tableId === table.tableId && asOf === undefined`,
    to: `alive && tableId === table.tableId`,
    harm: 'a snapshot of an earlier time is continued as if it ended at its request',
    tests: [...begin, ...collect, 'test/scenarios/content/wire/point-in-time.test.ts'],
  },
  {
    file: 'lambda/backup/parents.ts',
    from: `alive && tableId === table.tableId && asOf === undefined`,
    to: `alive && asOf === undefined`,
    harm: 'a new table of an old name continues a snapshot of the old table',
    tests: [...begin, 'test/scenarios/exports/wire/parents.test.ts'],
  },
  {
    file: 'lambda/backup/partition.ts',
    from: `if (budget.isSpent() || bytes >= limits.partBytes) break;`,
    to: `if (budget.isSpent()) break;`,
    harm: 'an invocation reads files until its memory or disk is full',
    tests: partition,
  },
  {
    file: 'lambda/backup/pin-parent.ts',
    from: `await readManifest(store, tableId, id, snapshot?.manifestSha256);`,
    to: `await readManifest(store, tableId, id);`,
    harm: 'a damaged manifest is continued',
    tests: [...begin, ...damage],
  },
  {
    file: 'lambda/backup/pin-parent.ts',
    from: `distrust !== undefined && oldestRun <= distrust.upTo ? distrust : undefined;`,
    to: `distrust !== undefined && oldestRun < distrust.upTo ? distrust : undefined;`,
    harm: 'the snapshot that has the damaged run is continued',
    tests: damage,
  },
  {
    file: 'lambda/backup/read-staged-file.ts',
    from: `    throw isZlibError(error) ? corruptError(\`\${file.key} cannot be decompressed\`, error) : error;
  }
  stored.check();`,
    to: `    throw isZlibError(error) ? corruptError(\`\${file.key} cannot be decompressed\`, error) : error;
  }`,
    harm: 'a flipped bit of a staged file gets into a backup',
    tests: staging,
  },
  {
    file: 'lambda/backup/read-staged-file.ts',
    from: `          await spills.flush();
          spills.add(change);`,
    to: `          await spills.flush();`,
    harm: 'a change is lost whenever the memory for sorting is full',
    tests: staging,
  },
  {
    file: 'lambda/backup/read-staged-file.ts',
    from: `  if (records !== file.records) {`,
    to: `  if (records < file.records) {`,
    harm: 'more records than an export counts are taken',
    tests: [...staging, 'test/scenarios/exports/golden.test.ts'],
  },
  {
    file: 'lambda/backup/split-lines.ts',
    from: `  if (rest.length > 0) yield [Buffer.concat(rest)];\n`,
    to: '',
    harm: 'the last line of a file without a line end is lost',
    tests: ['test/backup/split-lines.test.ts'],
  },
  {
    file: 'lambda/backup/net-effect.ts',
    from: `      sum.bytes -= old.bytes;\n`,
    to: '',
    harm: 'the size of a backup grows with every change',
    tests: apply,
  },
  {
    file: 'lambda/backup/collect.ts',
    from: `!isError(error, 'CutUnreachable', 'SnapshotCorrupt')`,
    to: `!isError(error, 'SnapshotCorrupt')`,
    harm: 'a backup whose changes can no longer be exported fails instead of taking a new base',
    tests: [...collect, ...natives],
  },
];
