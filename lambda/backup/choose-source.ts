import type { Source } from '../model/records.ts';
import type { Config } from '../services/config.ts';
import { type Parent, type Refusal, refuseUnreachable, type Situation } from '../sources/source.ts';
import { type Origin, sources } from './sources.ts';

/** The sources that the request and the configuration name for a backup. */
export interface Wish {
  /** The source that the request names. */
  readonly requested: Source | undefined;
  /** The configured source of a base. */
  readonly base: Config['base'];
}

/** The origin of a backup and the parent that it continues; or why there can be no backup. */
export type Choice = { readonly origin: Origin; readonly parent: Parent | undefined } | Refusal;

/** A choice with its reasons: why each other candidate was rejected, then why this one was chosen. */
export type Reasoned = Choice & { readonly why: readonly string[] };

/**
 * Chooses the source of a backup, and the snapshot that it continues. It asks the candidates in order: first whether one
 * can continue a parent, then whether the last one, the source of a base, can read the whole table. A gap is never
 * bridged.
 */
export function chooseSource(wish: Wish, situation: Situation): Reasoned {
  const candidates = listCandidates(wish, situation.onlyIncrement);
  const why: string[] = [];
  for (const name of candidates) {
    const continued = sources[name].continueParent(situation);
    why.push(...continued.why);
    if (continued.chosen !== undefined) return { ...continued.chosen, why };
  }
  if (situation.onlyIncrement) {
    return { ...refuseUnreachable('there is no snapshot that can be continued to that time'), why };
  }
  const base = planBase(candidates, situation);
  return 'source' in base
    ? { origin: base, parent: undefined, why: [...why, 'a new base'] }
    : { ...base, why };
}

/** Lists the sources to ask: the requested one, or those that only continue parents and then the source of a base. */
export function listCandidates({ requested, base }: Wish, onlyIncrement: boolean): Source[] {
  return (Object.keys(sources) as Source[]).filter((name) => {
    const onlyContinues = sources[name].readWhole === undefined;
    if (requested !== undefined && requested !== name) return false;
    return onlyContinues || (!onlyIncrement && (requested ?? base) === name);
  });
}

function planBase(candidates: readonly Source[], situation: Situation): Origin | Refusal {
  const name = candidates.at(-1);
  const source = name && sources[name];
  if (source?.readWhole !== undefined) return source.readWhole(situation);
  return refuseUnreachable(`there is no snapshot that the ${name} can continue`);
}
