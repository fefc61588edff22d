// Prints the files that did not run, the coverage and, as the last line, the tests' outcome.
//
//   node .ci/summarize.mjs <vitest's JSON report> <coverage-summary.json>
import { existsSync, readFileSync } from 'node:fs';

const [reportFile, coverageFile] = process.argv.slice(2);
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));

const report = read(reportFile);
for (const { status, assertionResults, name, message } of report.testResults)
  if (status === 'failed' && assertionResults.length === 0) console.log(`not run: ${name}: ${message}`);

if (existsSync(coverageFile)) {
  const { lines, branches, functions } = read(coverageFile).total;
  console.log(
    `\ncoverage: ${lines.pct} % of lines, ${branches.pct} % of branches, ${functions.pct} % of functions`,
  );
}
console.log(`\n${report.numPassedTests} passed, ${report.numFailedTests} failed`);
