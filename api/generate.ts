import { writeFileSync } from 'node:fs';
import { apiModel } from './model.ts';
import { openApi } from './openapi.ts';
import { serviceModel } from './service-model.ts';

/** Writes the documents of docs/api. */
const api = apiModel();
write('tidemark-2012-08-10.json', serviceModel(api));
write('openapi.json', openApi(api));

function write(name: string, document: object): void {
  writeFileSync(new URL(`../docs/api/${name}`, import.meta.url), `${JSON.stringify(document, null, 2)}\n`);
}
