import { createEndpoint, textMap } from '../endpoint.ts';
import { checkSink } from '../objects.ts';

export const showDatasink = createEndpoint({
  path: '/show/datasink',
  verb: 'read',
  text: 'Shows data sinks: places to store backups in.',
  request: { name: 'string', options: textMap },
  response: {
    datasink_names: { array: 'string' },
    destination_types: { array: 'string' },
    additional_info: { array: textMap },
    info: textMap,
  },
  run: async ({ operations }, { name }) => {
    if (name !== '*') await checkSink(operations, name, 'name', true);
    const all = await operations.listDataSinks();
    const sinks = all.filter((sink) => name === '*' || name === '' || sink.name === name);
    return {
      datasink_names: sinks.map((sink) => sink.name),
      destination_types: sinks.map(({ destination }) => new URL(destination).protocol.slice(0, -1)),
      additional_info: sinks.map(({ destination }) => ({ destination: destination })),
      info: {},
    };
  },
});
