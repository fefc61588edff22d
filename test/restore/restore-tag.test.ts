import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { createRestoreId } from '../../lambda/model/ids.ts';
import type { RestoreRecord } from '../../lambda/model/records.ts';
import { restoreTag } from '../../lambda/model/restore-tag-name.ts';
import { createRestoreTag, readTagState } from '../../lambda/restore/restore-tag.ts';
import { testSecret } from '../support/secret.ts';

const arn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/target';
const restoreOf = (hex: string) => ({ id: createRestoreId(1, hex) }) as RestoreRecord;
const [own, other] = [restoreOf('00000000'), restoreOf('00000001')];
const secret = testSecret;

/** Returns how the tag of this value is read by the restore that made it. */
async function read(value: string | undefined): Promise<string> {
  const Tags = value === undefined ? [] : [{ Key: restoreTag, Value: value }];
  const dynamodb = { send: async () => ({ Tags }) } as unknown as DynamoDBClient;
  return readTagState({ dynamodb, secret }, { TableArn: arn }, own);
}

it.each<[string, () => Promise<string | undefined>]>([
  ['own', async () => (await createRestoreTag({ secret }, arn, own)).Value],
  ['other', async () => (await createRestoreTag({ secret }, arn, other)).Value],
  ['other', async () => (await createRestoreTag({ secret }, `${arn}2`, own)).Value],
  ['other', async () => own.id],
  ['none', async () => undefined],
])('the tag of a table is read as %s', async (state, valueOf) => {
  expect(await read(await valueOf())).toBe(state);
});
