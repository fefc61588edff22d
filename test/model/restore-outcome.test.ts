import { describe, expect, it } from 'vitest';
import type { TargetFate } from '../../lambda/model/records.ts';
import { explainRestore } from '../../lambda/model/restore-outcome.ts';

const deleteIt = 'Delete it yourself if you do not need it.';

/** The text about each fate of the table `copy`; undefined if the restore's status says enough. */
const texts: readonly (readonly [TargetFate, string | undefined])[] = [
  [{ kind: 'complete' }, undefined],
  [
    { kind: 'complete', lacks: 'deletionProtection' },
    'table copy is complete, but its deletion protection could not be switched on. Switch it on yourself.',
  ],
  [
    { kind: 'complete', lacks: 'finishedTag' },
    'table copy is complete, but it could not be tagged as finished. Remove the tag tidemark:restore yourself.',
  ],
  [{ kind: 'absent' }, undefined],
  [{ kind: 'kept', why: 'protected' }, `table copy was kept: it is protected from deletion. ${deleteIt}`],
  [
    { kind: 'kept', why: 'neverTagged' },
    `table copy was kept: it was never tagged, so Tidemark may not delete it. ${deleteIt}`,
  ],
  [
    { kind: 'kept', why: 'tagRemoved' },
    `table copy was kept: it no longer has the tag tidemark:restore, so Tidemark may not delete it. ${deleteIt}`,
  ],
  [
    { kind: 'kept', why: 'denied', error: 'AccessDeniedException: no' },
    `table copy was kept: Tidemark was not allowed to delete it (AccessDeniedException: no). ${deleteIt}`,
  ],
  [
    { kind: 'unseen', error: 'AccessDenied: no' },
    'Tidemark was not allowed to check whether table copy exists (AccessDenied: no). ' +
      'If it exists and you do not need it, delete it yourself.',
  ],
];

describe('explainRestore', () => {
  it.each(texts)('says what became of the target: %j', (targetFate, text) => {
    expect(explainRestore({ target: 'copy', targetFate })).toBe(text);
  });

  it.each(texts)('puts the reason of the failure first: %j', (targetFate, text) => {
    const explained = explainRestore({ target: 'copy', reason: 'Error: no', targetFate });
    expect(explained).toBe(text === undefined ? 'Error: no' : `Error: no; ${text}`);
  });

  it('returns only the reason while the restore runs, and undefined without one', () => {
    expect(explainRestore({ target: 'copy', reason: 'in doubt' })).toBe('in doubt');
    expect(explainRestore({ target: 'copy' })).toBeUndefined();
  });
});
