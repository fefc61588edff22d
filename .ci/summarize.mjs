// Prints the files that did not run, the coverage and, as the last line, the outcome of all tests.
//
//   node .ci/summarize.mjs <coverage-summary.json> <vitest's JSON report>...
import { existsSync, readFileSync } from 'node:fs';

const [coverageFile, ...reportFiles] = process.argv.slice(2);
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));

let passed = 0;
let failed = 0;
for (const file of reportFiles) {
  // Without a report the tests did not begin.
  if (!existsSync(file)) {
    console.log(`no report: ${file}`);
    failed++;
    continue;
  }
  const report = read(file);
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  for (const { status, assertionResults, name, message } of report.testResults)
    if (status === 'failed' && assertionResults.length === 0) console.log(`not run: ${name}: ${message}`);
}

if (existsSync(coverageFile)) {
  const { lines, branches, functions } = read(coverageFile).total;
  console.log(
    `\ncoverage: ${lines.pct} % of lines, ${branches.pct} % of branches, ${functions.pct} % of functions`,
  );
}
console.log(`\n${passed} passed, ${failed} failed`);
