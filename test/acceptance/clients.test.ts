import { beforeAll } from 'vitest';
import { createBoto3Client } from './clients/boto3.ts';
import { createCliClient } from './clients/cli.ts';
import { findCli, findPython } from './clients/find-programs.ts';
import { createJavascriptClient } from './clients/javascript.ts';
import { endpointUnderTest } from './endpoint.ts';
import { defineScenario } from './scenario.ts';
import { defineCliTests, defineModelTests } from './scenario/cli.ts';
import { numberedItems, Workplace } from './tables.ts';

/** A restore of this many items is still running after two more calls of the CLI. */
const manyItems = 8000;

const endpoint = await endpointUnderTest();
const javascript = createJavascriptClient(endpoint);

const shared = new Workplace({ ...javascript, name: 'shared' }, endpoint);
let largeBackup = '';
beforeAll(async () => {
  const table = await shared.createTable('large');
  await shared.putItems(table, numberedItems(manyItems, 'many'));
  largeBackup = await shared.backUp(table, 'large');
});
const large = (): string => largeBackup;

defineScenario(javascript, endpoint, javascript, large);

const python = findPython();
if (python !== undefined) defineScenario(createBoto3Client(python, endpoint), endpoint, javascript, large);

const cliPython = findCli();
// The CLI cannot sign requests of its service `dynamodb` for another name.
if (cliPython !== undefined && endpoint.signingName === undefined) {
  const cli = createCliClient(cliPython, 'dynamodb', endpoint);
  defineScenario(cli, endpoint, javascript, large, defineCliTests(cli));
}
if (cliPython !== undefined) {
  const cli = createCliClient(cliPython, 'tidemark', endpoint);
  defineScenario(cli, endpoint, javascript, large, defineModelTests(cli));
}
