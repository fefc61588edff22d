import type { Mutant } from './mutant.ts';

const plan = ['test/retention/sweep-plan.test.ts'];
const staging = ['test/retention/plan-staging.test.ts', ...plan];
const sweeps = [
  'test/retention/database/sweep.test.ts',
  'test/scenarios/concurrency/sweep.test.ts',
  'test/scenarios/crash/sweep.test.ts',
  'test/scenarios/retention/pause.test.ts',
];

export const retentionMutants: readonly Mutant[] = [
  {
    file: 'lambda/retention/sweep-plan.ts',
    from: `(snapshot.alive || (snapshot.diedAt ?? 0) > deadline)`,
    to: `snapshot.alive`,
    harm: 'a reader loses the objects of a snapshot that died a moment ago',
    tests: [...plan, ...sweeps],
  },
  {
    file: 'lambda/retention/sweep-plan.ts',
    from: `(snapshot.diedAt ?? 0) > deadline),`,
    to: `(snapshot.diedAt ?? 0) < deadline),`,
    harm: 'the objects of dead snapshots are never deleted',
    tests: [...plan, ...sweeps],
  },
  {
    file: 'lambda/retention/sweep-plan.ts',
    from: `snapshot.tableId === tableId && !live.has(snapshot.id)`,
    to: `snapshot.tableId === tableId && !snapshot.alive`,
    harm: 'the record of a snapshot that died a moment ago goes, and the next sweep takes its objects from readers',
    tests: [...plan, ...sweeps],
  },
  {
    file: 'lambda/retention/sweep-plan.ts',
    from: `snapshot.tableId === tableId && !live.has(snapshot.id)`,
    to: `!live.has(snapshot.id)`,
    harm: 'the sweep forgets the dead snapshots of another TableId, whose objects are then unknown',
    tests: [...plan, ...sweeps],
  },
  {
    file: 'lambda/retention/sweep-plan.ts',
    from: `return status === 'CREATING' ? 'working' : why;`,
    to: `return why;`,
    harm: 'the runs of a backup that is being made are deleted',
    tests: [...plan, ...sweeps],
  },
  {
    file: 'lambda/retention/sweep-plan.ts',
    from: `if (status === undefined) return 'unknown';`,
    to: `if (status === undefined) return why;`,
    harm: 'objects that the catalog does not know are deleted',
    tests: [...plan, ...sweeps],
  },
  {
    file: 'lambda/retention/sweep-plan.ts',
    from: `return referred.has(key) ? 'live' : judgeByBackup(maker, 'unreferenced-run');`,
    to: `return live.has(parseBackupId(maker)) ? 'live' : judgeByBackup(maker, 'unreferenced-run');`,
    harm: 'a run is deleted that later snapshots share',
    tests: [...plan, ...sweeps],
  },
  {
    file: 'lambda/retention/plan-folders.ts',
    from: `    makers.filter((id) => id !== undefined),`,
    to: `    [],`,
    harm: 'what deleted backups have stored is never deleted',
    tests: sweeps,
  },
  {
    file: 'lambda/retention/plan-folders.ts',
    from: `await readManifest(store, tableId, id, manifestSha256);`,
    to: `await readManifest(store, tableId, id);`,
    harm: 'the sweep believes a damaged manifest, and deletes runs of a live snapshot',
    tests: sweeps,
  },
  {
    file: 'lambda/retention/plan-folders.ts',
    from: `      if (alive && released === true) await snapshots.kill({ table, id, sink });`,
    to: `      if (alive && released === true) void snapshots.kill({ table, id, sink });`,
    harm: 'a released snapshot survives the sweep that should end its life',
    tests: sweeps,
  },
  {
    file: 'lambda/retention/plan-folders.ts',
    from: `const found = [...backups.values(), ...snapshots, ...folders];`,
    to: `const found = [...snapshots, ...folders];`,
    harm: 'what the failed backups of a table without a snapshot have stored is never deleted',
    tests: sweeps,
  },
  {
    file: 'lambda/retention/plan-folders.ts',
    from: `if (folder.sink === undefined) throw error;`,
    to: `throw error;`,
    harm: 'a data sink that is gone keeps the sweep from all other sinks of the table',
    tests: ['test/scenarios/sinks/lineages.test.ts'],
  },
  {
    file: 'lambda/retention/sweep-services.ts',
    from: `return sink === undefined ? store : sinks.openStore(sink);`,
    to: `return store;`,
    harm: 'nothing is ever deleted from another data sink than the default one',
    tests: ['test/scenarios/sinks/lineages.test.ts'],
  },
  {
    file: 'lambda/retention/plan-staging.ts',
    from: `backups.get(id)?.status === 'CREATING'`,
    to: `backups.get(id)?.status === 'AVAILABLE'`,
    harm: 'the staging of a backup that is being made is deleted',
    tests: [...staging, ...sweeps],
  },
  {
    file: 'lambda/retention/plan-staging.ts',
    from: `(running.has(job) || startOf(job) > deadline ? 'working' : 'ended')`,
    to: `(running.has(job) ? 'working' : 'ended')`,
    harm: 'the staging of a restore that began a moment ago is deleted',
    tests: [...staging, ...sweeps],
  },
  {
    file: 'lambda/retention/plan-staging.ts',
    from: `    startOf(job) <= deadline &&\n`,
    to: '',
    harm: 'the notes of an execution are deleted before its record appears',
    tests: [...staging, ...sweeps],
  },
  {
    file: 'lambda/retention/plan-staging.ts',
    from: `.every(({ key }) => isFailureNote(key));`,
    to: `.some(({ key }) => isFailureNote(key));`,
    harm: 'staged files of an unknown job are deleted because it also failed once',
    tests: [...staging, ...sweeps],
  },
  {
    file: 'lambda/retention/sweep.ts',
    from: `if (run.finished && run.ownTroubles === 0) await run.execute`,
    to: `if (run.finished) await run.execute`,
    harm: 'the staging of a table that could not be swept is reported as unknown, or deleted',
    tests: sweeps,
  },
  {
    file: 'lambda/retention/sweep.ts',
    from: `      if (this.isTimeSpent()) return;
      const batch`,
    to: `      if (this.isTimeSpent()) break;
      const batch`,
    harm: 'the records of snapshots go before their objects, which nobody then deletes',
    tests: sweeps,
  },
  {
    file: 'lambda/retention/sweep.ts',
    from: `of rotateRandomly([...names], ids)) {`,
    to: `of names) {`,
    harm: 'with many tables the last ones are never swept',
    tests: sweeps,
  },
];
