import { defineCommand } from '../command.ts';

export const sinks = defineCommand({
  summary: 'list the data sinks, and check that each can be used',
  usage: `Usage: tidemark sinks

Lists the places to store backups in. Writes a small object to each, unless it is there, and reads it.

OPTIONS

Exit code: 0 all sinks can be used, 1 some cannot, 2 error`,
  operands: [],
  options: {},
  run: async ({ call, output }) => {
    const { DataSinks } = await call('ListDataSinks', {});
    for (const { Name, Destination, Fault } of DataSinks) {
      output.printLine(`${Name}: ${Destination}`);
      if (Fault !== undefined) output.printLine(`  ${Fault}`);
    }
    const hasFault = DataSinks.some(({ Fault }) => Fault !== undefined);
    return { exitCode: hasFault ? 1 : 0, document: { DataSinks } };
  },
});
