import { toSinkMember } from '../../model/data-sinks.ts';
import type { BackupSet, ListedSet } from '../../model/sets.ts';
import type { Answer } from './members.ts';
import { whenDefined } from './operation.ts';
import type { backupSet, setSummary } from './set-members.ts';
import { toCapitals } from './words.ts';

/** Encodes a set as a list shows it. */
export function encodeSummary(set: ListedSet): Answer<typeof setSummary> {
  const { name, id, status, marker, endedAt, expiresAt, tables, group, kind, figures, progress } = set;
  return {
    SetName: name,
    SetId: id,
    // One that is being deleted is in no list.
    SetStatus: status === 'DELETING' || status === 'DELETED' ? 'FAILED' : status,
    CreationDateTime: new Date(marker),
    ...whenDefined('EndDateTime', endedAt === undefined ? undefined : new Date(endedAt)),
    ...whenDefined('ExpiryDateTime', expiresAt === undefined ? undefined : new Date(expiresAt)),
    TableNames: tables,
    ...whenDefined('GroupName', group),
    ...whenDefined('Kind', kind && toCapitals(kind)),
    ...whenDefined('Comment', set.comment),
    ...whenDefined('DataSink', toSinkMember(set.sink).sink),
    ...whenDefined('RequestedBy', set.requestedBy),
    ...(figures && {
      Figures: { Items: figures.items, Bytes: figures.bytes, CopiedBytes: figures.copiedBytes },
    }),
    ...whenDefined('Percent', progress?.percent),
  };
}

/** Encodes a set with its tables. */
export function encodeSet(set: BackupSet): Answer<typeof backupSet.members> {
  return {
    ...encodeSummary(set),
    Members: set.members.map(({ table, status, backupArn, kind, reason }) => ({
      TableName: table,
      MemberStatus: status,
      ...whenDefined('BackupArn', backupArn),
      ...whenDefined('Kind', kind && toCapitals(kind)),
      ...whenDefined('Reason', reason),
    })),
  };
}
