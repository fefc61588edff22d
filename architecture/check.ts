import { readFileSync, writeFileSync } from 'node:fs';
import { withFloors } from './document.ts';
import { floors } from './floors.ts';
import { projectImports } from './imports.ts';
import { violations } from './violations.ts';

/**
 * Compares every import of the project, and the floors shown in `docs/architecture.md`, with `floors.ts`. With `--write`
 * it first writes the floors into that page. Exit code: 0 all is well, 1 something differs, which it prints.
 */
const page = 'docs/architecture.md';
const document = readFileSync(page, 'utf8');
const expected = withFloors(document, floors);
if (process.argv.includes('--write')) writeFileSync(page, expected);

const imports = projectImports();
const problems = violations(floors, imports);
if (document !== expected && !process.argv.includes('--write')) {
  problems.push(`${page} does not show today's floors: run npm run floors -- --write`);
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(`floors: ${imports.length} imports keep to them`);
