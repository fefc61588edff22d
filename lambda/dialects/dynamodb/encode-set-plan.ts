import type { PlannedSet } from '../../operations/sets/plan-backup-set.ts';
import { encodeSpan } from './encode-estimate.ts';
import type { Answer } from './members.ts';
import { whenDefined } from './operation.ts';
import type { setPlan } from './set-plan-members.ts';
import { toCapitals } from './words.ts';

/** Encodes the plan of a set. */
export function encodePlan({
  members,
  items,
  bytes,
  usd,
  monthlyUsd,
}: PlannedSet): Answer<typeof setPlan.members> {
  return {
    Items: items,
    Bytes: bytes,
    Usd: encodeSpan(usd, 1e6),
    MonthlyUsd: encodeSpan(monthlyUsd, 1e6),
    Tables: members.map((member) => {
      if ('error' in member) return { TableName: member.table, Reason: member.error.message };
      const { table, kind, source, why } = member;
      return {
        TableName: table,
        ...whenDefined('Kind', kind && toCapitals(kind)),
        Source: toCapitals(source),
        Why: why,
      };
    }),
  };
}
