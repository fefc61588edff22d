import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeParameters } from '../../lambda/dialects/rds/percent-encode.ts';
import { buildStringToSignV1, signV1 } from '../../lambda/dialects/rds/sign-v1.ts';
import { BenchError } from '../engine/run.ts';
import { startEndpoint } from './endpoint.ts';
import { type Answers, callAtRate, type Load } from './open-loop.ts';
import { createLoadedTable, requestBackup, waitUntilAvailable } from './tables.ts';

/** The answers to one kind of request of a dialect. */
export interface DialectAnswers {
  readonly name: string;
  readonly answers: Answers;
}

export interface DialectsResult {
  readonly load: Load;
  /** The DynamoDB dialect's CreateBackup, with which the others are compared. */
  readonly createBackup: Answers;
  readonly dialects: readonly DialectAnswers[];
}

const itemsOfEach = 25;

/** The longest time of a snapshot that this measures, in ms. */
const pauseMs = 100;

/**
 * Measures how long callers of each dialect wait for answers over HTTP from the embedded runtime. Each request for a backup
 * is of a table of its own, because RDS accepts 20 a day and instance, one at a time. Throws `BenchError`.
 */
export async function measureDialects(folder: string, load: Load): Promise<DialectsResult> {
  const home = join(folder, 'dialects');
  const endpoint = await startEndpoint(home);
  try {
    const { dynamodb, rds, kinetica } = endpoint;
    const count = Math.ceil(load.perSecond * load.seconds);
    const tables: string[] = [];
    for (let n = 0; n < count; n++) {
      tables.push(await createLoadedTable(dynamodb, `table-${n}`, itemsOfEach));
    }
    const tableOf = (n: number): string => String(tables[n]);
    const arns: string[] = [];
    const createBackup = await callAtRate(load, async (n) => {
      arns.push(await requestBackup(dynamodb, tableOf(n)));
    });
    for (const arn of arns) await waitUntilAvailable(dynamodb, arn, pauseMs);
    const ask = async (name: string, call: (n: number) => Promise<unknown>): Promise<DialectAnswers> => ({
      name,
      answers: await callAtRate(load, call),
    });
    const dialects = [
      await ask('RDS, CreateBackup', (n) =>
        callRds(rds, { Action: 'CreateBackup', DBInstanceId: tableOf(n), BackupMethod: 'Logical' }),
      ),
      await ask('RDS, DescribeBackupTasks', (n) =>
        callRds(rds, { Action: 'DescribeBackupTasks', DBInstanceId: tableOf(n) }),
      ),
      await ask('Kinetica, /create/backup, which answers when the snapshot is made', (n) =>
        callKinetica(kinetica, '/create/backup', {
          backup_name: `backup-${n}`,
          backup_type: 'full',
          backup_objects_map: { table: tableOf(n) },
          datasink_name: 'default',
        }),
      ),
      await ask('Kinetica, /show/backup', (n) =>
        callKinetica(kinetica, '/show/backup', { backup_name: `backup-${n}`, datasource_name: 'default' }),
      ),
    ];
    return { load, createBackup, dialects };
  } finally {
    await endpoint.close();
    await rm(home, { recursive: true, force: true });
  }
}

/** Sends a signed request in style V1, and expects success. Throws `BenchError`. */
async function callRds(url: string, parameters: Readonly<Record<string, string>>): Promise<void> {
  const sent = new Map(
    Object.entries({
      ...parameters,
      Format: 'JSON',
      Version: '2014-08-15',
      AccessKeyId: 'local',
      SignatureMethod: 'HMAC-SHA1',
      SignatureVersion: '1.0',
      SignatureNonce: randomUUID(),
      Timestamp: `${new Date().toISOString().slice(0, 19)}Z`,
    }),
  );
  sent.set('Signature', signV1('local', buildStringToSignV1('GET', sent)));
  await expectSuccess(await fetch(`${url}/?${encodeParameters(sent)}`));
}

async function callKinetica(url: string, path: string, body: object): Promise<void> {
  const authorization = `Basic ${Buffer.from('local:local').toString('base64')}`;
  const headers = { authorization, 'content-type': 'application/json' };
  await expectSuccess(await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) }));
}

async function expectSuccess(response: Response): Promise<void> {
  const text = await response.text();
  if (response.status !== 200) throw new BenchError(text.slice(0, 200));
}
