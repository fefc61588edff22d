const maxSeconds = 5 * 60;

/** A step waits this share of the time that it has waited already, so it notices the end at most 10 % late. */
const shareOfAge = 0.1;

/**
 * Returns the whole seconds until a step checks again whether something slow has ended: at least `minSeconds`, growing
 * with the time already waited (`ageMs`) up to five minutes, because days of waiting must fit the 25,000 events of an
 * execution's history. `chance` (0 to 1) adds up to half of that, so that many executions do not ask at the same
 * moment.
 */
export function pauseSeconds(ageMs: number, minSeconds: number, chance = Math.random()): number {
  const seconds = Math.min(Math.max((ageMs / 1000) * shareOfAge, minSeconds), maxSeconds);
  return Math.ceil(seconds * (1 + chance / 2));
}
