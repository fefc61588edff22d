import { createEndpoint, textMap } from '../endpoint.ts';
import { checkSink } from '../objects.ts';

export const showDatasource = createEndpoint({
  path: '/show/datasource',
  verb: 'read',
  text: 'Shows data sources: each data sink is one too.',
  request: { name: 'string', options: textMap },
  response: {
    datasource_names: { array: 'string' },
    storage_provider_types: { array: 'string' },
    additional_info: { array: textMap },
    info: textMap,
  },
  run: async ({ operations }, { name }) => {
    if (name !== '*') await checkSink(operations, name, 'name', true);
    const all = await operations.listDataSinks();
    const sinks = all.filter((sink) => name === '*' || name === '' || sink.name === name);
    return {
      datasource_names: sinks.map((sink) => sink.name),
      storage_provider_types: sinks.map(({ destination }) => new URL(destination).protocol.slice(0, -1)),
      additional_info: sinks.map(({ destination }) => ({ location: destination })),
      info: {},
    };
  },
});
