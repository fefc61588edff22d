import { beforeAll } from 'vitest';
import { boto3Client } from './clients/boto3.ts';
import { cliClient } from './clients/cli.ts';
import { foundCli, foundPython } from './clients/found.ts';
import { javascriptClient } from './clients/javascript.ts';
import { endpointUnderTest } from './endpoint.ts';
import { backupScenario } from './scenario.ts';
import { cliTests, modelTests } from './scenario/cli.ts';
import { numberedItems, Workplace } from './tables.ts';

/** A restore of this many items still runs when the CLI has made two more calls. */
const manyItems = 2500;

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

const cliPython = foundCli();
// The CLI has no setting for the name that requests of its service `dynamodb` are signed for.
if (cliPython !== undefined && endpoint.signingName === undefined) {
  const cli = cliClient(cliPython, 'dynamodb', endpoint);
  backupScenario(cli, endpoint, javascript, large, cliTests(cli));
}
if (cliPython !== undefined) {
  const cli = cliClient(cliPython, 'tidemark', endpoint);
  backupScenario(cli, endpoint, javascript, large, modelTests(cli));
}
