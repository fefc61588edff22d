const longestSeconds = 5 * 60;

/** Of the time that was waited already: so much later than it could be is what ends noticed. */
const shareOfAge = 0.1;

/**
 * Whole seconds to wait before a step asks again for what takes its time: at least `least`, longer with the age (ms) of the
 * waiting up to five minutes, so that days of it fit the 25,000 events of an execution's history; and up to half as long
 * again by chance (0 to 1), so that many executions do not ask in step.
 */
export function pauseSeconds(ageMs: number, least: number, chance = Math.random()): number {
  const seconds = Math.min(Math.max((ageMs / 1000) * shareOfAge, least), longestSeconds);
  return Math.ceil(seconds * (1 + chance / 2));
}
