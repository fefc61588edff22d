import { stripTypeScriptTypes } from 'node:module';
import { expect, it } from 'vitest';
import type { Command } from '../../cli/command.ts';
import { textOf } from './pages.ts';

/** The command that the walk's code defines, as if that code were a file of `cli/commands/`. */
async function commandOfWalk(): Promise<Command> {
  const [, code = ''] = /^```ts\n([^]*?)^```$/m.exec(textOf('docs/walks/add-a-cli-command.md')) ?? [];
  const commands = new URL('../../cli/commands/', import.meta.url);
  const script = stripTypeScriptTypes(code).replaceAll(
    /from '(\.[^']+)'/g,
    (_, path: string) => `from '${new URL(path, commands).href}'`,
  );
  const loaded = (await import(`data:text/javascript,${encodeURIComponent(script)}`)) as { total: Command };
  return loaded.total;
}

it('the command of docs/walks/add-a-cli-command.md prints its line and returns its document', async () => {
  const command = await commandOfWalk();
  const arn = 'arn:aws:dynamodb:eu-west-1:111122223333:table/Music/backup/01795273177241-887d60ac';
  const printed: string[] = [];
  const calls: unknown[] = [];
  const outcome = await command.prepare([arn]).run({
    call: async (...given) => {
      calls.push(given);
      return { Estimate: { Items: 2000, Bytes: 1_500_000 } } as never;
    },
    output: {
      printLine: (line) => printed.push(line),
      showProgress() {},
      printDocument() {},
      clearProgress() {},
    },
  });
  expect(calls).toEqual([['EstimateRestore', { BackupArn: arn }]]);
  expect(printed).toEqual(['2,000 items, 1.5 MB']);
  expect(outcome).toEqual({ exitCode: 0, document: { BackupArn: arn, Items: 2000, Bytes: 1_500_000 } });
  expect(command.usage).toContain('--endpoint-url');
});
