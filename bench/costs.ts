/** Writes docs/costs.md: what backups of one table cost, by Tidemark and by what AWS has. `npm run costs` */
import { writeFileSync } from 'node:fs';
import { costsDocument } from './costs/document.ts';
import { scenario } from './costs/scenario.ts';

writeFileSync(new URL('../docs/costs.md', import.meta.url), costsDocument(scenario));
