import { endpoint, textMap } from '../endpoint.ts';
import { checkSink, defaultSink } from '../objects.ts';

export const showDatasink = endpoint({
  path: '/show/datasink',
  verb: 'read',
  text: 'Shows the data sink, which is the store of the deployment.',
  request: { name: 'string', options: textMap },
  response: {
    datasink_names: { array: 'string' },
    destination_types: { array: 'string' },
    additional_info: { array: textMap },
    info: textMap,
  },
  run: async (_, { name }) => {
    if (name !== '*') checkSink(name, 'name', true);
    return {
      datasink_names: [defaultSink],
      destination_types: ['s3'],
      additional_info: [{ destination: 'the store of this server' }],
      info: {},
    };
  },
});
