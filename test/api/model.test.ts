import * as sdk from '@aws-sdk/client-dynamodb';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createApi } from '../../api/model.ts';
import { createOpenApi } from '../../api/openapi.ts';
import { createServiceModel } from '../../api/service-model.ts';
import { extensions } from '../../lambda/dialects/dynamodb/extensions.ts';

const api = createApi();

describe('the document that `npm run api` writes', () => {
  test.each([
    ['tidemark-2012-08-10.json', createServiceModel(api)],
    ['openapi.json', createOpenApi(api)],
  ])('is up to date: docs/api/%s', (name, document) => {
    const written: unknown = JSON.parse(
      readFileSync(new URL(`../../docs/api/${name}`, import.meta.url), 'utf8'),
    );
    expect(written).toEqual(document);
  });
});

describe('a request of an operation that DynamoDB also has', () => {
  const schemas: Readonly<Record<string, unknown>> = sdk;
  test.each(api.operations.filter(({ input }) => `${input}$` in schemas))(
    'has every member that DynamoDB’s own has: $input',
    ({ input }) => {
      const [, , , , members] = schemas[`${input}$`] as unknown[];
      expect(Object.keys(api.structures.get(input)?.members ?? {})).toEqual(
        expect.arrayContaining(members as string[]),
      );
    },
  );
});

describe('the documentation of a member', () => {
  const places = [...api.structures].flatMap(([name, { native, members, texts }]) =>
    (native ? Object.keys(extensions[name] ?? {}) : Object.keys(members)).map((member) => ({
      place: `${name}.${member}`,
      text: texts[member],
    })),
  );

  test('exists for every member of a request and for every member that only Tidemark has', () => {
    expect(places.filter(({ text }) => text === undefined)).toEqual([]);
    expect(places.length).toBeGreaterThan(100);
  });

  test.each(places)('consists of whole sentences: $place', ({ text }) => {
    expect(text).toMatch(/^[A-Z].*\.$/);
  });
});
