import { readFileSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { expect } from 'vitest';
import type { TidemarkFunctionProps } from '../../lib/functions/tidemark-function.ts';
import { uniqueTable } from '../support/main-job.ts';
import type { Json } from '../support/wire/http.ts';
import { eventually, Wire } from '../support/wire/support.ts';

/** The outputs of the deployed stack that the tests need. */
interface Outputs {
  readonly ApiUrl: string;
  readonly BucketName: string;
  readonly BackupMachineArn: string;
}

/** Where the emulator is. AWS's own variables name it, its region and the credentials. */
const emulatorUrl = requireVariable('AWS_ENDPOINT_URL');
const region = requireVariable('AWS_REGION');

const { Tidemark: outputs }: { Tidemark: Outputs } = JSON.parse(
  readFileSync(requireVariable('TIDEMARK_TEST_DEPLOYMENT'), 'utf8'),
);

/** The names of all tables begin so: `tidemark.config.json` allows no others. */
const tablePrefix = 'deployed-';

/** A backup takes seconds, but on a busy machine the first call of each function, which starts a process, takes longer. */
const waiting = { timeout: 120_000, interval: 150 };

/** The URL of the deployed API, at the emulator. */
const apiUrl = `${emulatorUrl}/_aws/execute-api/${new URL(outputs.ApiUrl).hostname.split('.')[0]}/prod`;

export const { BucketName: bucket, BackupMachineArn: backupMachine } = outputs;
export const dynamodb = new DynamoDBClient({ endpoint: emulatorUrl, region });
export const s3 = new S3Client({ endpoint: emulatorUrl, region, forcePathStyle: true });
export const sfn = new SFNClient({ endpoint: emulatorUrl, region });
const lambda = new LambdaClient({ endpoint: emulatorUrl, region });

/** The deployed Tidemark and the emulator's DynamoDB, by HTTP. */
export const wire = new Wire(() => ({ url: apiUrl, tablesUrl: emulatorUrl, waiting }));

/** Calls `ask` until it returns a value other than false. */
export function waitFor<T>(
  ask: () => T | Promise<T>,
  interval = waiting.interval,
): Promise<Exclude<T, false>> {
  return eventually(ask, { ...waiting, interval });
}

/** Makes the name of a table that Tidemark may back up or restore to, and no other test has. */
export function nameTable(part = ''): string {
  return uniqueTable(`${tablePrefix}${part}`);
}

/** Creates a table with the key `id` and a stream, and returns its name. */
export async function createTable(part = ''): Promise<string> {
  const TableName = nameTable(part);
  await wire.ok('CreateTable', {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
  return TableName;
}

/** The members that Tidemark adds to a backup's details. */
export async function readDetails(arn: string): Promise<Json> {
  return (await wire.describeBackup(arn))['Tidemark'] as Json;
}

/** Restores the backup into a new table, and returns its content. */
export async function readRestored(BackupArn: string): Promise<string[]> {
  const TargetTableName = nameTable('restored-');
  await wire.ok('RestoreTableFromBackup', { BackupArn, TargetTableName });
  await wire.waitUntilActive(TargetTableName);
  return wire.readContent(TargetTableName);
}

type Handler = TidemarkFunctionProps['handler'];

/** Finds the name of the deployed function of this handler. */
export async function findFunction(handler: Handler): Promise<string> {
  for await (const { Functions = [] } of paginateListFunctions({ client: lambda }, {})) {
    const found = Functions.find(({ Description }) => Description === `Tidemark: ${handler}`);
    if (found?.FunctionName !== undefined) return found.FunctionName;
  }
  throw new Error(`no function ${handler} is deployed`);
}

/** Calls the deployed function as its schedule does, and expects that it succeeds. */
export async function invoke(handler: Handler, payload: Json = {}): Promise<void> {
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: await findFunction(handler), Payload: JSON.stringify(payload) }),
  );
  expect([FunctionError, FunctionError && Payload?.transformToString()]).toEqual([undefined, undefined]);
}

function requireVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`set ${name}: .ci/deployed.sh does`);
  return value;
}
