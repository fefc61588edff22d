import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { synthesizeDefinitions } from './synthesize-definitions.ts';

/** `npm run definitions`: writes the state machines for the embedded runtime, which then need not load the CDK. */
writeFileSync(
  join(import.meta.dirname, 'definitions.json'),
  JSON.stringify(synthesizeDefinitions(), null, 2),
);
