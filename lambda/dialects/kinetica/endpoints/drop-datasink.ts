import { createEndpoint, textMap } from '../endpoint.ts';
import { checkMayManageSinks } from '../objects.ts';
import { readOptions } from '../options.ts';

export const dropDatasink = createEndpoint({
  path: '/drop/datasink',
  verb: 'delete',
  text: 'Drops a data sink that a request has made, once no backup is in it.',
  request: { name: 'string', options: textMap },
  response: { name: 'string', info: textMap },
  run: async ({ operations, key }, { name, options: sent }) => {
    readOptions({}, sent);
    checkMayManageSinks(key);
    await operations.dropDataSink({ name });
    return { name, info: {} };
  },
});
