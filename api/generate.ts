import { writeFileSync } from 'node:fs';
import { createApi } from './model.ts';
import { createOpenApi } from './openapi.ts';
import { createServiceModel } from './service-model.ts';

/** Writes the documents of docs/api. */
const api = createApi();
write('tidemark-2012-08-10.json', createServiceModel(api));
write('openapi.json', createOpenApi(api));

function write(name: string, document: object): void {
  writeFileSync(new URL(`../docs/api/${name}`, import.meta.url), `${JSON.stringify(document, null, 2)}\n`);
}
