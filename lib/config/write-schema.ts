import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configSchema } from './schema.ts';

/** `npm run config-schema`: writes the schema for editors. */
writeFileSync(
  join(import.meta.dirname, 'tidemark.config.schema.json'),
  JSON.stringify(configSchema, null, 2),
);
