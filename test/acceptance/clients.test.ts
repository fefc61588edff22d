import { beforeAll } from 'vitest';
import { boto3Client } from './clients/boto3.ts';
import { cliClient } from './clients/cli.ts';
import { foundCli, foundPython } from './clients/found.ts';
import { javascriptClient } from './clients/javascript.ts';
import { endpointUnderTest } from './endpoint.ts';
import { backupScenario } from './scenario.ts';
import { cliTests, modelTests } from './scenario/cli.ts';
import { numberedItems, Workplace } from './tables.ts';

/** So many that a restore is still on its way when the next process of the CLI has started. */
const manyItems = 5000;

const endpoint = await endpointUnderTest();
const javascript = javascriptClient(endpoint);

const shared = new Workplace({ ...javascript, name: 'shared' }, endpoint);
let largeBackup = '';
beforeAll(async () => {
  const table = await shared.table('large');
  await shared.put(table, numberedItems(manyItems, 'many'));
  largeBackup = await shared.backup(table, 'large');
});
const large = (): string => largeBackup;

backupScenario(javascript, endpoint, javascript, large);

const python = foundPython();
if (python !== undefined) backupScenario(boto3Client(python, endpoint), endpoint, javascript, large);

const aws = foundCli();
// The CLI cannot be told what its service `dynamodb` is signed for.
if (aws !== undefined && endpoint.signingName === undefined) {
  const cli = cliClient(aws, 'dynamodb', endpoint);
  backupScenario(cli, endpoint, javascript, large, cliTests(cli));
}
if (aws !== undefined) {
  const cli = cliClient(aws, 'tidemark', endpoint);
  backupScenario(cli, endpoint, javascript, large, modelTests(cli));
}
