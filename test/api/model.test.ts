import * as sdk from '@aws-sdk/client-dynamodb';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { apiModel } from '../../api/model.ts';
import { openApi } from '../../api/openapi.ts';
import { operationFacts } from '../../api/operations.ts';
import { serviceModel } from '../../api/service-model.ts';
import { memberTexts } from '../../api/texts.ts';
import { targets } from '../../lambda/dialects/dynamodb/dialect.ts';

const api = apiModel();

describe('the documents are made of the code (npm run api)', () => {
  test.each([
    ['tidemark-2012-08-10.json', serviceModel(api)],
    ['openapi.json', openApi(api)],
  ])('docs/api/%s', (name, document) => {
    const written: unknown = JSON.parse(
      readFileSync(new URL(`../../docs/api/${name}`, import.meta.url), 'utf8'),
    );
    expect(written).toEqual(document);
  });
});

describe('the model is of all that is served and of nothing else', () => {
  test('operations', () => {
    expect(api.operations.map(({ target }) => target)).toEqual([...targets.keys()]);
    expect(Object.keys(operationFacts).toSorted()).toEqual(api.operations.map(({ name }) => name).toSorted());
  });

  const schemas: Readonly<Record<string, unknown>> = sdk;
  test.each(api.operations.filter(({ input }) => `${input}$` in schemas))(
    '$input has every member that DynamoDB has',
    ({ input }) => {
      const [, , , , members] = schemas[`${input}$`] as unknown[];
      expect(Object.keys(api.structures.get(input)?.members ?? {})).toEqual(
        expect.arrayContaining(members as string[]),
      );
    },
  );
});

describe("every member of requests and of what is Tidemark's own is told of", () => {
  const own = [...api.structures].filter(([, { native }]) => !native);
  const places = own.flatMap(([name, { members }]) =>
    Object.keys(members).map((member) => ({ name, member })),
  );
  const wrappers = ['BackupDetails.Tidemark', 'TableDescription.Tidemark'];

  test('each has a text', () => {
    const silent = places.filter(
      ({ name, member }) => !(`${name}.${member}` in memberTexts || member in memberTexts),
    );
    expect(silent).toEqual([]);
  });

  test('each text is of a member', () => {
    const known = new Set([
      ...wrappers,
      ...places.flatMap(({ name, member }) => [member, `${name}.${member}`]),
    ]);
    expect(Object.keys(memberTexts).filter((name) => !known.has(name))).toEqual([]);
  });
});
