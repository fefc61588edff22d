import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll } from 'vitest';
import { type Calls, type Client, type Operation, parseAnswer, placeOf, Refusal } from '../client.ts';
import type { Endpoint } from '../endpoint.ts';

type Answer = { readonly output: unknown } | { readonly exception: string; readonly message: string };

/** boto3 in a Python process that answers calls one after another, and ends with the tests. */
export function boto3Client(python: string, endpoint: Endpoint): Client {
  const { url, tablesUrl, signingName, env } = endpoint;
  const child = spawn(python, [join(import.meta.dirname, 'boto3_client.py')], {
    env: {
      ...env,
      TIDEMARK_URL: url,
      ...(tablesUrl !== undefined && { TABLES_URL: tablesUrl }),
      ...(signingName !== undefined && { SIGNING_NAME: signingName }),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const complaint = text(child.stderr);
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  // It ends when it is asked nothing more.
  afterAll(async () => {
    const ended = child.exitCode === null && once(child, 'exit');
    child.stdin.end();
    await ended;
  });

  let last: Promise<unknown> = Promise.resolve();
  async function ask(question: object): Promise<Answer> {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const { done, value } = await answers.next();
    if (done) throw new Error(`boto3 ended: ${await complaint}`);
    return parseAnswer(value) as Answer;
  }
  return {
    name: 'boto3',
    async call<K extends Operation>(operation: K, input: Calls[K][0]): Promise<Calls[K][1]> {
      const asked = last.then(() => ask({ place: placeOf(operation), operation, input }));
      last = asked.catch(() => {});
      const answer = await asked;
      if ('exception' in answer) throw new Refusal(answer.exception, answer.message);
      return answer.output as Calls[K][1];
    },
  };
}
