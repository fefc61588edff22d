import { compareKeyed } from './change.ts';
import { combineChanges, type NetChange } from './net-change.ts';

/** Sorted by hash and key, one change for a key. Sorts `changes` in place. */
export function sortAndNet(changes: NetChange[]): NetChange[] {
  changes.sort(compareKeyed);
  const netted: NetChange[] = [];
  for (const change of changes) {
    const last = netted.at(-1);
    if (last !== undefined && compareKeyed(last, change) === 0) {
      netted[netted.length - 1] = combineChanges(last, change);
    } else {
      netted.push(change);
    }
  }
  return netted;
}
