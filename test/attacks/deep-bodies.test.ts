import { describe, expect, it } from 'vitest';
import { silentLog } from '../../lambda/runtime/logger.ts';
import { apiOperations } from '../../lambda/dialects/dynamodb/api-operations.ts';
import { handle } from '../../lambda/dialects/dynamodb/dialect.ts';
import { createAdaptations } from '../../local/adaptations.ts';
import { answerExports } from '../../local/dynamodb/exports/answers.ts';
import type { EmbeddedExports } from '../../local/dynamodb/exports/embedded-exports.ts';
import { fakeOperations } from '../dialects/dynamodb/fakes.ts';

const levels = 200_000;

const deepValues = [
  ['lists', '['.repeat(levels) + ']'.repeat(levels)],
  ['maps', '{"a":'.repeat(levels) + '1' + '}'.repeat(levels)],
  ['attribute values', '{"M":{"a":'.repeat(levels / 2) + '{"S":"x"}' + '}}'.repeat(levels / 2)],
  ['lists that nothing closes', '['.repeat(levels)],
  ['escaped names', '{"\\"":'.repeat(levels) + '1' + '}'.repeat(levels)],
] as const;

const operations = Object.values(apiOperations);

describe.each(deepValues)('a value nested 200,000 levels deep, of %s', (_what, deep) => {
  it.each(operations.map(({ name }) => name))('is refused by %s, in every member', async (name) => {
    const { members = {} } = operations.find((each) => each.name === name) ?? {};
    const bodies = [deep, ...Object.keys(members).map((member) => `{${JSON.stringify(member)}:${deep}}`)];
    for (const body of bodies) {
      const request = {
        method: 'POST',
        path: '/',
        headers: {
          'x-amz-target': `DynamoDB_20120810.${name}`,
          'content-type': 'application/x-amz-json-1.0',
        },
        body,
        signed: true,
      };
      const { status, body: answer } = await handle(fakeOperations(), request, silentLog);
      expect([status, answer.length < 2000]).toEqual([400, true]);
      expect(JSON.parse(answer)).toHaveProperty('__type');
    }
  });

  it('reaches the database unchanged in a call for the database', () => {
    const { request } = createAdaptations(undefined).get('DynamoDB_20120810.CreateTable') ?? {};
    const body = Buffer.from(`{"TableName":"x","Tags":${deep}}`);
    expect(request?.(body)).toBe(body);
  });

  it.each([
    ['ExportTableToPointInTime', 'FilterSpecification'],
    ['ImportTable', 'TableCreationParameters'],
    ['ImportTable', 'InputFormatOptions'],
    ['ListImports', 'TableArn'],
  ])('is refused by %s of the embedded runtime, in %s', async (name, member) => {
    const refused = () => Promise.reject(new Error('not called'));
    const exports = new Proxy({} as EmbeddedExports, {
      get: (_target, method) => (method === 'rejectionOf' ? () => undefined : refused),
    });
    const answer = await answerExports(exports, `DynamoDB_20120810.${name}`, `{"${member}":${deep}}`);
    expect(answer?.status).toBe(400);
  });
});
