import { Readable } from 'node:stream';

/** The settings of a client whose requests are answered by a handler of the test. */
export const connection = {
  region: 'us-east-1',
  endpoint: 'http://answered',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};

/** Creates a request handler that answers every request with this JSON, dated at a time (epoch ms, a whole second). */
export function answerAt(time: number, json: object, statusCode = 200) {
  const headers = { date: new Date(time).toUTCString(), 'content-type': 'application/x-amz-json-1.0' };
  return {
    handle: async () => ({
      response: { statusCode, headers, body: Readable.from([JSON.stringify(json)]) },
    }),
  };
}
