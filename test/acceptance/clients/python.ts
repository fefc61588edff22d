import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll } from 'vitest';

/** Sends a question as JSON and resolves to the line of the answer. Sends one question after another. */
export type Ask = (question: object) => Promise<string>;

/** Starts one of this folder's Python scripts, which answers each line with one line. It ends after the tests of the file. */
export function startPython(python: string, script: string, env: NodeJS.ProcessEnv): Ask {
  return startProgram(python, [join(import.meta.dirname, script)], env);
}

/** Starts a program that answers each line with one line. It ends after the tests of the file. */
export function startProgram(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Ask {
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const complaint = text(child.stderr);
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  // The script ends when its input is closed.
  afterAll(async () => {
    const ended = child.exitCode === null && once(child, 'exit');
    child.stdin.end();
    await ended;
  });
  const answerTo = async (question: object): Promise<string> => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const { done, value } = await answers.next();
    if (done) throw new Error(`${[program, ...args].join(' ')} ended: ${await complaint}`);
    return value;
  };
  let last: Promise<unknown> = Promise.resolve();
  return (question) => {
    const answer = last.then(() => answerTo(question));
    last = answer.catch(() => {});
    return answer;
  };
}
