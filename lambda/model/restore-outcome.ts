import type { RestoreRecord, TargetFate } from './records.ts';
import { shortenText } from '../runtime/shorten.ts';
import { restoreTag } from './restore-tag-name.ts';

type Outcome = Pick<RestoreRecord, 'target' | 'reason' | 'repairedIndexes' | 'differences' | 'targetFate'>;

/**
 * Explains for people why a restore failed or what is in doubt about it, and the fate of its table. Undefined while there
 * is nothing to explain. This is the only place that puts a restore's fate into words.
 */
export function explainRestore({
  target,
  reason,
  repairedIndexes,
  differences,
  targetFate,
}: Outcome): string | undefined {
  const parts = [
    reason,
    repairedIndexes &&
      `the backup recorded no throughput for index ${repairedIndexes.join(', ')}: it takes that of the table`,
    differences && `table ${target} is not as promised: ${differences.join('; ')}`,
    targetFate && describeFate(target, targetFate),
  ];
  const texts = parts.filter((part) => part !== undefined);
  return texts.length === 0 ? undefined : shortenText(texts.join('; '));
}

type Fate<K extends TargetFate['kind']> = TargetFate & { readonly kind: K };

/** Undefined if the restore's status says it all: the table is complete, or there is none. */
function describeFate(target: string, fate: TargetFate): string | undefined {
  if (fate.kind === 'absent') return undefined;
  if (fate.kind === 'complete')
    return fate.lacks && `table ${target} is complete, but ${lackTexts[fate.lacks]}`;
  if (fate.kind === 'kept')
    return `table ${target} was kept: ${describeWhyKept(fate)}. Delete it yourself if you do not need it.`;
  return (
    `Tidemark was not allowed to check whether table ${target} exists (${fate.error}). ` +
    'If it exists and you do not need it, delete it yourself.'
  );
}

const lackTexts: Readonly<Record<NonNullable<Fate<'complete'>['lacks']>, string>> = {
  deletionProtection: 'its deletion protection could not be switched on. Switch it on yourself.',
  finishedTag: `it could not be tagged as finished. Remove the tag ${restoreTag} yourself.`,
};

function describeWhyKept(fate: Fate<'kept'>): string {
  if (fate.why === 'denied') return `Tidemark was not allowed to delete it (${fate.error})`;
  return keptTexts[fate.why];
}

const keptTexts: Readonly<Record<Exclude<Fate<'kept'>['why'], 'denied'>, string>> = {
  protected: 'it is protected from deletion',
  neverTagged: 'it was never tagged, so Tidemark may not delete it',
  tagRemoved: `it no longer has the tag ${restoreTag}, so Tidemark may not delete it`,
};
