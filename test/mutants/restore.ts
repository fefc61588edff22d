import type { Mutant } from './mutant.ts';

const abort = ['test/restore/target-table.test.ts', 'test/restore/database/abort.test.ts'];
const finish = ['test/restore/database/finish-restore.test.ts', 'test/restore/database/promises.test.ts'];
const current = ['test/restore/current-restore.test.ts'];
const late = ['test/restore/write-guard.test.ts', ...current, 'test/restore/database/late-writes.test.ts'];
const items = ['test/restore/database/write-items.test.ts', 'test/restore/batches-by-wire.test.ts'];
const range = ['test/restore/database/write-range.test.ts', ...items];
const plan = ['test/restore/current-restore.test.ts', 'test/restore/database/plan-restore.test.ts'];
const imports = [
  'test/restore/import-job.test.ts',
  'test/scenarios/restore/import.test.ts',
  'test/scenarios/restore/import-failures.test.ts',
  'test/scenarios/crash/imports.test.ts',
];
const materialize = ['test/restore/import-lines.test.ts', 'test/restore/database/materialize-range.test.ts'];
const tag = ['test/restore/restore-tag.test.ts', 'test/restore/database/tag-table.test.ts'];
const restores = ['test/scenarios/restore/restore.test.ts'];
const lateTable = ['test/restore/database/remove-late-table.test.ts'];

export const restoreMutants: readonly Mutant[] = [
  {
    file: 'lambda/restore/current-restore.ts',
    from: `    restore.id === job.id &&
    nameExecution(restore.id, restore.attempts) === job.execution;`,
    to: `    restore.id === job.id;`,
    harm: 'an execution that was replaced works on',
    tests: [...late, ...abort],
  },
  {
    file: 'lambda/restore/current-restore.ts',
    from: `    restore?.status === 'RESTORING' &&
    restore.id`,
    to: `    restore?.id`,
    harm: 'a restore that has ended is continued',
    tests: [...late, ...abort],
  },
  {
    file: 'lambda/restore/current-restore.ts',
    from: `(await readManifest(store, source.tableId, backup, plan.manifestSha256)).manifest;`,
    to: `(await readManifest(store, source.tableId, backup)).manifest;`,
    harm: 'a damaged manifest is restored',
    tests: [...range, 'test/scenarios/damage/snapshot.test.ts'],
  },
  {
    file: 'lambda/restore/plan-restore.ts',
    from: `await readManifest(store, snapshot.tableId, backup, manifestSha256);`,
    to: `await readManifest(store, snapshot.tableId, backup);`,
    harm: 'a restore is planned from a damaged manifest',
    tests: [...plan, 'test/scenarios/damage/snapshot.test.ts'],
  },
  {
    file: 'lambda/restore/plan-restore.ts',
    from: `  if (restore.abandoned !== undefined) throw new TidemarkError('TurnLost', 'the restore is abandoned');\n`,
    to: '',
    harm: 'a restore whose table is being removed begins again',
    tests: [...plan, ...abort],
  },
  {
    file: 'lambda/restore/plan-restore.ts',
    from: `if (backup?.status === 'AVAILABLE' && (await catalog.restores.hold(restore))) return true;`,
    to: `if (backup?.status === 'AVAILABLE') return true;`,
    harm: 'the snapshot of a restore to a point in time dies while it is read',
    tests: [...plan, 'test/scenarios/content/wire/point-in-time.test.ts'],
  },
  {
    file: 'lambda/restore/create-table.ts',
    from: `  if (found !== undefined) await checkMadeByRestore(services, restore, found);\n`,
    to: '',
    harm: "somebody else's table is loaded",
    tests: [...restores, ...late],
  },
  {
    file: 'lambda/restore/plan-restore.ts',
    from: `    await checkTarget(services, restore);\n`,
    to: '',
    harm: 'a restore fails after hours because of a setting',
    tests: finish,
  },
  {
    file: 'lambda/restore/restore-tag.ts',
    from: `return isEqual(value, String(own)) ? 'own' : 'other';`,
    to: `return value.length === String(own).length ? 'own' : 'other';`,
    harm: "another restore's table is taken over",
    tests: [...abort, ...restores, ...tag],
  },
  {
    file: 'lambda/restore/target-evidence.ts',
    from: `return table.TableId === made?.TableId ? 'imported' : 'none';`,
    to: `return made !== undefined ? 'imported' : 'none';`,
    harm: "somebody else's table gets the tag, and may then be deleted",
    tests: [...tag, ...imports],
  },
  {
    file: 'lambda/restore/target-table.ts',
    from: `if (table?.TableId === undefined || table.TableId !== restore.targetTableId) throw targetLostError(restore);`,
    to: `if (table?.TableId === undefined) throw targetLostError(restore);`,
    harm: "items are written into somebody else's table of that name",
    tests: [...late, ...finish],
  },
  {
    file: 'lambda/restore/target-table.ts',
    from: `if (target.isRecorded && restore.settled === true) return`,
    to: `if (restore.settled === true) return`,
    harm: "a late twin's empty table takes the place of the restored one",
    tests: [...abort, ...lateTable],
  },
  {
    file: 'lambda/restore/target-table.ts',
    from: `const isRecorded = table.TableId !== undefined && table.TableId === restore.targetTableId;`,
    to: `const isRecorded = table.TableId !== undefined;`,
    harm: "somebody else's table is reported as the restore's",
    tests: abort,
  },
  {
    file: 'lambda/restore/target-table.ts',
    from: `return isRecorded || evidence !== 'none' ? {`,
    to: `return isRecorded ? {`,
    harm: 'a table whose id was not recorded before a crash is never removed',
    tests: [...abort, ...lateTable],
  },
  {
    file: 'lambda/restore/target-table.ts',
    from: `  if (evidence === 'none') return { kind: 'kept', why: 'tagRemoved' };\n`,
    to: '',
    harm: 'a table whose owner took the tag away keeps the abort waiting for ever',
    tests: abort,
  },
  {
    file: 'lambda/restore/target-table.ts',
    from: `if (table.TableStatus === 'DELETING') return 'changing';`,
    to: `if (table.TableStatus === 'DELETING') return undefined;`,
    harm: 'a restore ends, and frees the name, while its table still exists',
    tests: [...abort, ...lateTable],
  },
  {
    file: 'lambda/restore/import-table.ts',
    from: `if (ImportedItemCount === items && ErrorCount === 0) return;`,
    to: `if (ErrorCount === 0) return;`,
    harm: 'an import that lost items is RESTORED',
    tests: imports,
  },
  {
    file: 'lambda/restore/import-job.ts',
    from: `each.S3BucketSource?.S3KeyPrefix === S3KeyPrefix`,
    to: `each.S3BucketSource !== undefined`,
    harm: "the import of another restore is taken for this one's",
    tests: imports,
  },
  {
    file: 'lambda/restore/import-job.ts',
    from: `    if (found !== undefined) return found.ImportArn;
  }
  return undefined;`,
    to: `    return found?.ImportArn;
  }
  return undefined;`,
    harm: 'an import on the second page of the list is not found, and the restore fails',
    tests: imports,
  },
  {
    file: 'lambda/restore/import-lines.ts',
    from: `if (this.#bytes >= this.#maxBytes && hash !== this.#last) return false;`,
    to: `if (this.#bytes >= this.#maxBytes) return false;`,
    harm: 'an item is imported twice, where two keys have one hash',
    tests: materialize,
  },
  {
    file: 'lambda/restore/write-batch.ts',
    from: `if (UnprocessedItems === undefined) return batch;`,
    to: `if (UnprocessedItems === undefined) return [];`,
    harm: 'items count as written after an empty answer of a proxy',
    tests: items,
  },
  {
    file: 'lambda/restore/write-batch.ts',
    from: `return refused.length === unprocessed.length ? refused : batch;`,
    to: `return refused;`,
    harm: 'items count as written that an unclear answer does not name',
    tests: items,
  },
  {
    file: 'lambda/restore/write-guard.ts',
    from: `restore === undefined || restore.settled === true || restore.abandoned !== undefined`,
    to: `restore === undefined || restore.abandoned !== undefined`,
    harm: 'a late step writes an old item over a newer one of the owner',
    tests: late,
  },
  {
    file: 'lambda/restore/write-guard.ts',
    from: `restore === undefined || restore.settled === true || restore.abandoned !== undefined`,
    to: `restore === undefined || restore.settled === true`,
    harm: 'a late step writes to a table that is being removed',
    tests: late,
  },
  {
    file: 'lambda/restore/write-guard.ts',
    from: `if (this.#last === undefined || now - this.#last.startedAt >= config.writeGuardMs) {`,
    to: `if (this.#last === undefined) {`,
    harm: 'a step that outlives its restore is checked only once',
    tests: late,
  },
  {
    file: 'lambda/restore/write-items.ts',
    from: `return this.#isRead && !this.#progress.hasUnwritten();`,
    to: `return this.#isRead;`,
    harm: 'a range is done although the table has refused items',
    tests: items,
  },
  {
    file: 'lambda/restore/write-items.ts',
    from: `    if (this.#failure !== undefined && refused === batch) return;\n`,
    to: '',
    harm: 'a failed request slows down others, and its items wait to be sent',
    tests: items,
    equivalent:
      'the loop ends at a failure before it sends anything, so neither the pace nor the queue is used again',
  },
  {
    file: 'lambda/restore/write-items.ts',
    from: `const isFarAhead = this.#progress.span >= maxSpan && this.#running.size > 0;`,
    to: `const isFarAhead = false;`,
    harm: 'one item that is refused for long lets the record of the others grow without bound',
    tests: items,
  },
  {
    file: 'lambda/restore/write-progress.ts',
    from: `ahead: [...ahead.map(({ digest }) => digest.toString('hex')), ...this.#ahead]`,
    to: `ahead: ahead.map(({ digest }) => digest.toString('hex'))`,
    harm: 'items are written and counted twice, and the restore is in doubt',
    tests: range,
  },
  {
    file: 'lambda/restore/write-progress.ts',
    from: `this.#tracked.findIndex(({ item }) => item.hash === first.item.hash),`,
    to: `this.#tracked.indexOf(first),`,
    harm: 'items of the hash at which a part ends are written and counted twice',
    tests: range,
  },
  {
    file: 'lambda/restore/write-pace.ts',
    from: `} else if (round === this.#round) {`,
    to: `} else {`,
    harm: 'one moment of throttling slows a restore down to one request at once',
    tests: items,
  },
  {
    file: 'lambda/restore/range-part.ts',
    from: `      if (last !== result) break;\n`,
    to: '',
    harm: 'a step continues after its own part although a twin published another one: items are lost',
    tests: range,
  },
  {
    file: 'lambda/restore/range-part.ts',
    from: `    ahead: last?.ahead ?? [],\n`,
    to: `    ahead: [],\n`,
    harm: 'items that were written ahead are counted twice',
    tests: range,
  },
  {
    file: 'lambda/restore/finish-restore.ts',
    from: `return one.items === other.items && one.digest === other.digest;`,
    to: `return one.items === other.items;`,
    harm: 'a restore with wrong items says nothing',
    tests: [...finish, 'test/scenarios/damage/doubt.test.ts'],
  },
  {
    file: 'lambda/restore/finish-restore.ts',
    from: `  await markFinished(services.dynamodb, table);\n`,
    to: '',
    harm: 'Tidemark keeps the right to delete a restored table',
    tests: [...finish, ...restores],
  },
  {
    file: 'lambda/restore/finish-restore.ts',
    from: `  if (restore.settled !== true) await settle(services, job, current);\n`,
    to: `  void settle(services, job, current);\n`,
    harm: 'an abort deletes a table that is being finished',
    tests: [...finish, ...abort],
  },
  {
    file: 'lambda/restore/build-indexes.ts',
    from: `if (missing !== undefined && !busy) {`,
    to: `if (missing !== undefined) {`,
    harm: 'two indexes are requested at once, and DynamoDB refuses the second',
    tests: [
      'test/restore/database/change-table.test.ts',
      'test/scenarios/restore/overrides.test.ts',
      ...finish,
    ],
  },
  {
    file: 'lambda/restore/build-indexes.ts',
    from: `status: missing === undefined && !busy ? 'done' : 'wait'`,
    to: `status: missing === undefined ? 'done' : 'wait'`,
    harm: 'a restore ends before its last index is built',
    tests: [
      'test/restore/database/change-table.test.ts',
      'test/scenarios/restore/overrides.test.ts',
      ...finish,
    ],
  },
  {
    file: 'lambda/restore/remove-late-table.ts',
    from: `  if (restore.targetFate?.kind === 'absent') {`,
    to: `  if (restore.status === 'FAILED') {`,
    harm: 'a table is deleted that the record reports as kept',
    tests: lateTable,
  },
  {
    file: 'lambda/restore/change-table.ts',
    from: `'ResourceInUseException') || isQuota(error))`,
    to: `'ResourceInUseException'))`,
    harm: "a restore that exceeds the account's throughput waits for ever and says nothing",
    tests: ['test/restore/database/change-table.test.ts'],
  },
  {
    file: 'lambda/restore/compare-target.ts',
    from: `name.startsWith('index ') && !wanted.has(name)`,
    to: `name.startsWith('index ') && wanted.has(name)`,
    harm: 'an index that nobody asked for is not reported',
    tests: ['test/restore/compare-target.test.ts'],
  },
  {
    file: 'lambda/restore/choose-way.ts',
    from: `  if (bytes > maxImportBytes) return`,
    to: `  if (bytes >= maxImportBytes * 10) return`,
    harm: 'an import fails after hours because its objects are too large',
    tests: ['test/restore/choose-way.test.ts'],
  },
];
