import { parseJson } from '../../item/parse-json.ts';
import { readingErrors } from './errors.ts';
import { keyItem } from './key.ts';
import { above, maxLength, maxValue, minValue } from './members.ts';
import { backupArn, backupKey } from './names.ts';
import { given, operation } from './operation.ts';

/** What reading cost: bytes and requests of the snapshot store. */
interface Cost {
  readonly ReadBytes: number;
  readonly ReadRequests: number;
}

/** A page of an answer that may need several. */
interface Page extends Cost {
  /** How much of the whole is done with this page: 0 to 1. */
  readonly Progress: number;
  /** Where the next page begins; absent on the last one. */
  readonly NextToken?: string | undefined;
}

export interface BackupItem extends Cost {
  /** In DynamoDB's JSON; absent if the backup has no item of this key. */
  readonly Item?: unknown;
}

export interface Difference {
  readonly Change: 'ADDED' | 'CHANGED' | 'REMOVED';
  readonly Key: unknown;
}

/** From one backup to another: counts of this page. */
export interface ComparisonPage extends Page {
  readonly Added: number;
  readonly Changed: number;
  readonly Removed: number;
  readonly Differences: readonly Difference[];
}

export interface Problem {
  /** The object's key in the store, below the prefix. */
  readonly Object: string;
  /** Where in the object, in bytes. */
  readonly Offset?: number | undefined;
  readonly Problem: string;
}

/** What was read on this page and what is wrong with it. */
export interface VerificationPage extends Page {
  readonly Frames: number;
  readonly Items: number;
  /** The first problems; `ProblemCount` counts them all. */
  readonly Problems: readonly Problem[];
  readonly ProblemCount: number;
}

const requiredArn = { ...backupArn, required: true } as const;

/** A page's token is short; a longer text is none. */
const nextToken = { type: 'string', constraints: [maxLength(1024)] } as const;

export const getBackupItem = operation({
  members: { BackupArn: requiredArn, Key: { type: 'map', required: true } },
  errors: readingErrors,
  run: async (operations, { BackupArn, Key }): Promise<BackupItem> => {
    const backup = backupKey(BackupArn);
    const { item, bytesRead, requests } = await operations.getBackupItem({ backup, key: keyItem(Key) });
    return {
      ...given('Item', item === undefined ? undefined : parseJson(item)),
      ReadBytes: bytesRead,
      ReadRequests: requests,
    };
  },
});

export const compareBackups = operation({
  members: {
    BackupArn: requiredArn,
    OtherBackupArn: requiredArn,
    Limit: { type: 'integer', constraints: [minValue(1), maxValue(1000)] },
    NextToken: nextToken,
  },
  errors: readingErrors,
  run: async (operations, { BackupArn, OtherBackupArn, Limit, NextToken }): Promise<ComparisonPage> => {
    const page = await operations.compareBackups({
      from: backupKey(BackupArn),
      to: backupKey(OtherBackupArn),
      ...given('limit', Limit),
      ...given('next', NextToken),
    });
    return {
      Added: page.counts.added,
      Changed: page.counts.changed,
      Removed: page.counts.removed,
      Differences: page.differences.map(({ change, key }) => ({
        Change: change.toUpperCase() as Difference['Change'],
        Key: parseJson(key),
      })),
      ...paged(page),
    };
  },
});

export const verifyBackup = operation({
  members: {
    BackupArn: requiredArn,
    Share: { type: 'double', constraints: [above(0), maxValue(1)] },
    NextToken: nextToken,
  },
  errors: readingErrors,
  run: async (operations, { BackupArn, Share, NextToken }): Promise<VerificationPage> => {
    const page = await operations.verifyBackup({
      backup: backupKey(BackupArn),
      ...given('share', Share),
      ...given('next', NextToken),
    });
    return {
      Frames: page.frames,
      Items: page.items,
      Problems: page.problems.map(({ object, offset, problem }) => ({
        Object: object,
        Offset: offset,
        Problem: problem,
      })),
      ProblemCount: page.problemCount,
      ...paged(page),
    };
  },
});

function paged(page: {
  readonly progress: number;
  readonly bytesRead: number;
  readonly requests: number;
  readonly next?: string;
}): Page {
  return {
    Progress: page.progress,
    ReadBytes: page.bytesRead,
    ReadRequests: page.requests,
    NextToken: page.next,
  };
}
