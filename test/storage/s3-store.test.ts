import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { environment } from '../../lambda/runtime/environment.ts';
import { createS3Store, openS3Store } from '../../lambda/storage/s3-store.ts';
import { testObjectStore } from './object-store.suite.ts';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const connect = (endpoint: string) => new S3Client({ endpoint, region: 'us-east-1', credentials });

// `.ci/emulator.sh` starts a server that implements the whole protocol, and prints this variable.
const realEndpoints = [process.env.TIDEMARK_TEST_S3_ENDPOINT ?? []].flat();

describe.each(realEndpoints)('the S3 store on the server at %s', (endpoint) => {
  testObjectStore(async () => {
    const client = connect(endpoint);
    const bucket = `tidemark-${Date.now()}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return createS3Store({ client, bucket, prefix: 'a prefix/of two' });
  });
});

describe('the requests of the S3 store', () => {
  const server = createScriptedServer();
  const pauses: number[] = [];
  const clock = { sleep: async (milliseconds: number) => void pauses.push(milliseconds) };
  const makeStore = (prefix = '') =>
    createS3Store({ client: connect(server.endpoint()), bucket: 'b', prefix, clock });

  beforeEach(async () => {
    pauses.length = 0;
    await server.start();
  });
  afterEach(() => server.stop());

  describe('a put', () => {
    it('is conditional only with ifAbsent, and leaves encryption to the bucket', async () => {
      const store = makeStore();
      expect(await store.put('k', Buffer.from('x'))).toBe('stored');
      expect(await store.put('k', Buffer.from('x'), { ifAbsent: true })).toBe('stored');
      expect(await store.putStream('k', yieldChunks(1, 10))).toBe('stored');
      expect(server.seen.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '*', '*']);
      const headers = server.seen.flatMap((request) => Object.keys(request.headers));
      expect(headers.filter((name) => name.includes('encryption'))).toEqual([]);
    });

    it('names the key and the storage class of a data sink, in one part or several', async () => {
      const keyArn = 'arn:aws:kms:eu-west-1:123456789012:key/1';
      const client = connect(server.endpoint());
      const store = createS3Store({
        client,
        bucket: 'b',
        prefix: '',
        keyArn,
        storageClass: 'STANDARD_IA',
        clock,
      });
      await store.put('k', Buffer.from('x'));
      await store.putStream('k', yieldChunks(1, 10));
      const kept = server.seen.map(({ headers }) => [
        headers['x-amz-server-side-encryption'],
        headers['x-amz-server-side-encryption-aws-kms-key-id'],
        headers['x-amz-storage-class'],
      ]);
      expect(kept).toEqual([1, 2].map(() => ['aws:kms', keyArn, 'STANDARD_IA']));
    });

    it('stores the object below the prefix', async () => {
      await makeStore('').put('a/k', Buffer.from('x'));
      await makeStore('p/q').put('a/k', Buffer.from('x'));
      expect(server.seen.map(({ line }) => line)).toEqual(['PUT /b/a/k', 'PUT /b/p/q/a/k']);
    });

    it('returns exists if S3 answers 412', async () => {
      server.answer = () => answerError(412, 'PreconditionFailed');
      expect(await makeStore().put('k', Buffer.from('x'), { ifAbsent: true })).toBe('exists');
      expect(await makeStore().putStream('k', yieldChunks(1, 10))).toBe('exists');
    });

    it('is retried after 409, with growing pauses', async () => {
      server.answer = () =>
        server.seen.length < 3 ? answerError(409, 'ConditionalRequestConflict') : success;
      expect(await makeStore().put('k', Buffer.from('x'), { ifAbsent: true })).toBe('stored');
      expect(pauses).toEqual([100, 200]);
      expect(server.seen.map(({ body }) => body)).toEqual(['x', 'x', 'x']);
    });

    it('throws a conflict that does not end, after five attempts', async () => {
      server.answer = () => answerError(409, 'ConditionalRequestConflict');
      const put = makeStore().put('k', Buffer.from('x'), { ifAbsent: true });
      await expect(put).rejects.toThrow('ConditionalRequestConflict');
      expect(pauses).toEqual([100, 200, 400, 800]);
      expect(server.seen).toHaveLength(5);
    });

    it('throws every other error after one attempt', async () => {
      server.answer = () => answerError(403, 'AccessDenied');
      await expect(makeStore().put('k', Buffer.from('x'))).rejects.toMatchObject({ name: 'AccessDenied' });
      expect(server.seen).toHaveLength(1);
    });
  });

  describe('a putStream of several parts', () => {
    const mebibyte = 1024 * 1024;

    it('is completed on condition that the key is free', async () => {
      server.answer = answerMultipart;
      expect(await makeStore().putStream('k', yieldChunks(20, mebibyte))).toBe('stored');
      expect(server.lines()).toEqual([
        'POST /b/k?uploadId=u',
        'POST /b/k?uploads=',
        'PUT /b/k?partNumber=1&uploadId=u',
        'PUT /b/k?partNumber=2&uploadId=u',
        'PUT /b/k?partNumber=3&uploadId=u',
      ]);
      expect(server.find('POST /b/k?uploadId=u')?.headers['if-none-match']).toBe('*');
    });

    it('is aborted if the key is taken', async () => {
      server.answer = (request) =>
        isCompletion(request) ? answerError(412, 'PreconditionFailed') : answerMultipart(request);
      expect(await makeStore().putStream('k', yieldChunks(20, mebibyte))).toBe('exists');
      expect(server.lines()).toContain('DELETE /b/k?uploadId=u');
    });

    it('is aborted if its source fails', async () => {
      server.answer = answerMultipart;
      const broken = new Error('the source broke');
      await expect(makeStore().putStream('k', yieldChunks(20, mebibyte, broken))).rejects.toBe(broken);
      expect(server.lines()).toContain('DELETE /b/k?uploadId=u');
      expect(server.lines()).not.toContain('POST /b/k?uploadId=u');
    });

    it('reads its source only as far as the parts in memory reach', async () => {
      let taken = 0;
      let takenAtFirstPart = 0;
      async function* yieldAndCount(): AsyncIterable<Uint8Array> {
        for await (const chunk of yieldChunks(100, mebibyte)) {
          taken += 1;
          yield chunk;
        }
      }
      server.answer = (request) => {
        if (request.line.includes('partNumber=')) takenAtFirstPart ||= taken;
        return answerMultipart(request);
      };
      await makeStore().putStream('k', yieldAndCount());
      expect(taken).toBe(100);
      expect(takenAtFirstPart).toBeLessThanOrEqual(3 * 8 + 2);
    });
  });

  describe('a read', () => {
    it('requests exactly the bytes of its range', async () => {
      server.answer = () => ({ status: 206, body: '0123456789' });
      expect(String(await makeStore().getRange('k', 5, 10))).toBe('0123456789');
      expect(server.seen[0]?.headers.range).toBe('bytes=5-14');
    });

    it.each([
      ['416', answerError(416, 'InvalidRange')],
      ['fewer bytes', { status: 206, body: '012345678' }],
      ['the whole object instead', { status: 200, body: '0123456789abcdef' }],
    ])('throws SnapshotCorrupt if S3 answers a range with %s', async (_name, answer) => {
      server.answer = () => answer;
      await expect(makeStore().getRange('k', 5, 10)).rejects.toMatchObject({ code: 'SnapshotCorrupt' });
    });

    it('throws ObjectNotFound if the key is missing, but not if the bucket is', async () => {
      const store = makeStore();
      server.answer = () => answerError(404, 'NoSuchKey');
      await expect(store.get('k')).rejects.toMatchObject({ code: 'ObjectNotFound' });
      await expect(store.getRange('k', 0, 1)).rejects.toMatchObject({ code: 'ObjectNotFound' });
      await expect(buffer(store.getStream('k'))).rejects.toMatchObject({ code: 'ObjectNotFound' });
      server.answer = () => answerError(404, 'NoSuchBucket');
      await expect(store.get('k')).rejects.toMatchObject({ name: 'NoSuchBucket' });
    });

    it('fails if the connection breaks before the end', async () => {
      server.answer = () => ({
        status: 200,
        headers: { 'content-length': '1000' },
        body: 'half',
        hangUp: true,
      });
      const store = makeStore();
      await expect(store.get('k')).rejects.toThrow('aborted');
      await expect(buffer(store.getStream('k'))).rejects.toThrow('aborted');
    });
  });

  describe('a listing', () => {
    const page = (keys: readonly string[], next?: string) => ({
      status: 200,
      body: `<ListBucketResult>${keys.map((key) => `<Contents><Key>${key}</Key><Size>7</Size></Contents>`).join('')}${
        next === undefined
          ? ''
          : `<IsTruncated>true</IsTruncated><NextContinuationToken>${next}</NextContinuationToken>`
      }</ListBucketResult>`,
    });

    it('requests one page after another below the prefix, and returns keys without the prefix', async () => {
      server.answer = ({ line }) =>
        line.includes('continuation-token=more') ? page(['p/q/a/z']) : page(['p/q/a/b', 'p/q/a/c'], 'more');
      const found = await Array.fromAsync(makeStore('p/q').list('a'));
      expect(found).toEqual(['a/b', 'a/c', 'a/z'].map((key) => ({ key, bytes: 7 })));
      expect(server.lines()).toEqual([
        'GET /b/?continuation-token=more&list-type=2&prefix=p%2Fq%2Fa%2F',
        'GET /b/?list-type=2&prefix=p%2Fq%2Fa%2F',
      ]);
    });

    it('throws if one of its pages fails', async () => {
      server.answer = ({ line }) =>
        line.includes('continuation-token') ? answerError(403, 'AccessDenied') : page(['a/b'], 'more');
      await expect(Array.fromAsync(makeStore().list('a'))).rejects.toMatchObject({ name: 'AccessDenied' });
    });
  });

  describe('a delete', () => {
    const keys = Array.from({ length: 2500 }, (_, index) => `k${index}`);

    it('sends a thousand keys at a time', async () => {
      await makeStore('p').delete(keys);
      expect(server.seen.map(({ body }) => body.match(/<Key>/g)?.length)).toEqual([1000, 1000, 500]);
      const sent = server.seen.flatMap(({ body }) => [...body.matchAll(/<Key>(.*?)<\/Key>/g)]);
      expect(sent.map(([, key]) => key)).toEqual(keys.map((key) => `p/${key}`));
      expect(server.seen.every(({ body }) => body.includes('<Quiet>true</Quiet>'))).toBe(true);
    });

    it('sends nothing for an empty list of keys', async () => {
      await makeStore().delete([]);
      expect(server.seen).toEqual([]);
    });

    it('throws an error that S3 reports for a single key', async () => {
      const report = '<Error><Key>k7</Key><Code>InternalError</Code><Message>sorry</Message></Error>';
      server.answer = () => ({ status: 200, body: `<DeleteResult>${report}</DeleteResult>` });
      const refused = { code: 'Internal', message: 'S3 did not delete k7: InternalError' };
      await expect(makeStore().delete(['k6', 'k7'])).rejects.toMatchObject(refused);
    });
  });

  describe('openS3Store', () => {
    afterEach(() => vi.unstubAllEnvs());

    it.each([
      ['p/q', '/bucket-b/p/q/k'],
      ['', '/bucket-b/k'],
    ])('uses the bucket and the prefix %j of the environment', async (prefix, path) => {
      vi.stubEnv('AWS_ENDPOINT_URL_S3', server.endpoint());
      vi.stubEnv('AWS_REGION', 'us-east-1');
      vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
      const env = { [environment.bucket]: 'bucket-b', [environment.prefix]: prefix };
      await openS3Store(env).put('k', Buffer.from('x'));
      expect(server.lines()).toEqual([`PUT ${path}`]);
    });

    it('throws if the environment names no bucket', () => {
      expect(() => openS3Store({})).toThrow(environment.bucket);
    });
  });
});

interface SeenRequest {
  /** Returns method, path and query without the SDK's own `x-id`. */
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** Cuts the connection after the body. */
  readonly hangUp?: boolean;
}

const success: Answer = { status: 200 };

function answerError(status: number, code: string): Answer {
  return { status, body: `<Error><Code>${code}</Code><Message>${code}</Message></Error>` };
}

const isCompletion = ({ line }: SeenRequest) => line === 'POST /b/k?uploadId=u';

function answerMultipart({ line }: SeenRequest): Answer {
  if (line.includes('?uploads')) {
    return { status: 200, body: '<R><Bucket>b</Bucket><Key>k</Key><UploadId>u</UploadId></R>' };
  }
  return line.startsWith('PUT') ? { status: 200, headers: { etag: '"e"' } } : { status: 200, body: '<R/>' };
}

/** Creates an HTTP server that records requests. It answers as the test says, by default with success. */
function createScriptedServer() {
  const seen: SeenRequest[] = [];
  const script = {
    seen,
    answer: (_request: SeenRequest): Answer => success,
    endpoint: () => address,
    lines: () => seen.map(({ line }) => line).sort(),
    find: (line: string) => seen.find((request) => request.line === line),
    async start() {
      seen.length = 0;
      script.answer = () => success;
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const bound = server.address();
      if (bound === null || typeof bound === 'string') throw new Error('the server has no port');
      address = `http://127.0.0.1:${bound.port}`;
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  let address = '';
  const respond = async (incoming: IncomingMessage, response: ServerResponse) => {
    const url = new URL(incoming.url ?? '', address);
    url.searchParams.delete('x-id');
    const line = `${incoming.method} ${url.pathname}${url.search}`;
    const request = { line, headers: incoming.headers, body: String(await buffer(incoming)) };
    seen.push(request);
    const { status, headers, body = '', hangUp = false } = script.answer(request);
    response.writeHead(status, headers);
    if (hangUp) response.write(body, () => response.destroy());
    else response.end(body);
  };
  const server = createServer((incoming, response) => void respond(incoming, response));
  return script;
}

async function* yieldChunks(count: number, size: number, error?: Error): AsyncIterable<Uint8Array> {
  for (let index = 0; index < count; index++) yield Buffer.alloc(size, index);
  if (error) throw error;
}
