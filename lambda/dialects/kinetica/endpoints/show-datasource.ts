import { endpoint, textMap } from '../endpoint.ts';
import { checkSink, defaultSink } from '../objects.ts';

export const showDatasource = endpoint({
  path: '/show/datasource',
  verb: 'read',
  text: 'Shows the data source, which is the store of the deployment.',
  request: { name: 'string', options: textMap },
  response: {
    datasource_names: { array: 'string' },
    storage_provider_types: { array: 'string' },
    additional_info: { array: textMap },
    info: textMap,
  },
  run: async (_, { name }) => {
    if (name !== '*') checkSink(name, 'name', true);
    return {
      datasource_names: [defaultSink],
      storage_provider_types: ['s3'],
      additional_info: [{ location: 'the store of this server' }],
      info: {},
    };
  },
});
