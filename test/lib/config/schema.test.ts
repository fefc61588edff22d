import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { groupSchema, scheduleSchema } from '../../../lib/config/entry-schemas.ts';
import { configSchema, memberSchemas } from '../../../lib/config/schema.ts';

const file = join(import.meta.dirname, '..', '..', '..', 'lib', 'config', 'tidemark.config.schema.json');
const written: object = JSON.parse(readFileSync(file, 'utf8'));

describe('tidemark.config.schema.json', () => {
  it('is what `npm run config-schema` writes', () => {
    expect(written).toEqual(JSON.parse(JSON.stringify(configSchema)));
  });

  it('is a valid JSON Schema of draft 7', () => {
    expect(new Ajv({ strict: false }).validateSchema(written)).toBe(true);
  });
});

describe('the schema of the configuration', () => {
  it.each(Object.entries({ ...memberSchemas, ...scheduleSchema.properties, ...groupSchema.properties }))(
    'describes the member %s in sentences, which editors show',
    (_name, { description }) => {
      expect(description).toMatch(/^[A-Z].*\.$|^[a-z]+: .*\.$/);
    },
  );

  it.each(Object.entries(memberSchemas))('states a default for the member %s', (_name, schema) => {
    expect(schema.default).toBeDefined();
  });
});
