import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { runProgram } from '../engine/run.ts';

export interface StandIn {
  readonly url: string;
  /** The file of the certificate to trust. */
  readonly certificate: string;
  close(): Promise<void>;
}

/**
 * Starts a server that answers for DynamoDB and Step Functions during one CreateBackup, at once, so that the measured time
 * is the caller's own. It uses TLS like AWS, since without TLS the caller would load other parts of Node. Throws
 * `BenchError` if there is no openssl.
 */
export async function startStandIn(folder: string): Promise<StandIn> {
  const certificate = join(folder, 'certificate.pem');
  const key = join(folder, 'key.pem');
  await createCertificate(certificate, key);
  const server = createServer(
    { cert: await readFile(certificate), key: await readFile(key) },
    (request, response) => {
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      void text(request).then((body) => {
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
        // No restore is loading the table.
        const isRestore = operation === 'GetItem' && body.includes('"RESTORE"');
        response.end(JSON.stringify(isRestore ? {} : (answers[operation] ?? {})));
      });
    },
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return {
    url: `https://127.0.0.1:${address.port}`,
    certificate,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const tableId = '11111111-2222-4333-8444-555555555555';
const tableArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/orders';

const tableRecord = {
  name: { S: 'orders' },
  lastMarker: { N: '1700000000000' },
  head: {
    M: {
      tableId: { S: tableId },
      snapshot: { S: '01700000000000-00000000' },
      marker: { N: '1700000000000' },
    },
  },
};

/** The table has a stream and a snapshot, so the request is for a later backup. */
const answers: Readonly<Record<string, object>> = {
  DescribeTable: {
    Table: {
      TableName: 'orders',
      TableArn: tableArn,
      TableId: tableId,
      TableStatus: 'ACTIVE',
      CreationDateTime: 1_700_000_000,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      LatestStreamArn: `${tableArn}/stream/2024-01-01T00:00:00.000`,
    },
  },
  DescribeTimeToLive: { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } },
  GetItem: { Item: tableRecord },
  UpdateItem: { Attributes: { begun: { N: '1700000000000' }, count: { N: '1' } } },
  StartExecution: {
    executionArn: 'arn:aws:states:us-east-1:000000000000:execution:backup:1',
    startDate: 1.7e9,
  },
};

function createCertificate(certificate: string, key: string): Promise<string> {
  const made = ['req', '-x509', '-days', '2', '-keyout', key, '-out', certificate, '-nodes'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const subject = ['-subj', '/CN=stand-in', '-addext', 'subjectAltName=IP:127.0.0.1'];
  return runProgram('openssl', [...made, ...kind, ...subject]);
}
