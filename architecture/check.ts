import { readFileSync, writeFileSync } from 'node:fs';
import { insertFloors } from './document.ts';
import { floors } from './floors.ts';
import { readProjectImports } from './imports.ts';
import { findViolations } from './violations.ts';

/**
 * `npm run floors` compares every import of the project, and the floors shown in `docs/architecture.md`, with `floors.ts`. With
 * `--write` it first writes the floors into that page. Exit code: 0 nothing differs, 1 something differs, which it prints.
 */
const page = 'docs/architecture.md';
const document = readFileSync(page, 'utf8');
const expected = insertFloors(document, floors);
if (process.argv.includes('--write')) writeFileSync(page, expected);

const imports = readProjectImports();
const problems = findViolations(floors, imports);
if (document !== expected && !process.argv.includes('--write')) {
  problems.push(`${page} does not show today's floors: run npm run floors -- --write`);
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(`floors: ${imports.length} imports keep to them`);
