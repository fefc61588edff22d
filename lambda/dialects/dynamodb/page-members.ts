import { maxLength, maxValue, minValue } from './constraints.ts';
import type { Answer } from './members.ts';
import { backupArn } from './names.ts';

/** The members that are common to requests for the content of backups, and to their answers. */

export const requiredBackupArn = { ...backupArn, required: true } as const;

/** The cost of reading. */
export const costMembers = {
  ReadBytes: { type: 'long', required: true, text: 'Bytes read from the store.' },
  ReadRequests: { type: 'long', required: true, text: 'Requests made to the store.' },
} as const;

/** The token of the next page. */
export const answerToken = {
  type: 'string',
  text: 'The token for the next page. The last page has none.',
} as const;

/** The token of the previous page. The tokens of answers are short, so a longer text cannot be one. */
export const requestToken = { ...answerToken, constraints: [maxLength(1024)] } as const;

/** The members of one page of an answer. */
export const pageMembers = {
  Progress: {
    type: 'double',
    required: true,
    constraints: [minValue(0), maxValue(1)],
    text: 'The share of the work that this page and the earlier ones cover, 0 to 1.',
  },
  ...costMembers,
  NextToken: answerToken,
} as const;

export function encodePage(page: {
  readonly progress: number;
  readonly bytesRead: number;
  readonly requests: number;
  readonly next?: string;
}): Answer<typeof pageMembers> {
  return {
    Progress: page.progress,
    ReadBytes: page.bytesRead,
    ReadRequests: page.requests,
    NextToken: page.next,
  };
}
