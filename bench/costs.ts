/** Writes docs/costs.md: what backups of one table cost with Tidemark and with AWS's own ways. `npm run costs` */
import { writeFileSync } from 'node:fs';
import { writeCostsDocument } from './costs/document.ts';
import { scenario } from './costs/scenario.ts';

writeFileSync(new URL('../docs/costs.md', import.meta.url), writeCostsDocument(scenario));
