import { createEndpoint, textMap } from '../endpoint.ts';
import { KineticaError } from '../kinetica-error.ts';
import { checkMayManageSinks, checkSink } from '../objects.ts';
import { readOptions } from '../options.ts';

const options = {
  skip_validation: { type: 'boolean', default: false, text: 'Has no effect: the data sink was checked.' },
} as const;

export const createDatasource = createEndpoint({
  path: '/create/datasource',
  verb: 'backup',
  text: 'Confirms that a data sink is a data source of the same name and location.',
  request: { name: 'string', location: 'string', user_name: 'string', password: 'string', options: textMap },
  response: { name: 'string', info: textMap },
  run: async ({ operations, key }, { name, location, user_name, password, options: sent }) => {
    readOptions(options, sent);
    checkMayManageSinks(key);
    if (user_name !== '' || password !== '') {
      throw new KineticaError(
        'user_name and password must be empty: the configuration names the role of a data sink',
      );
    }
    await checkSink(operations, name, 'name');
    const sink = (await operations.listDataSinks()).find((each) => each.name === name);
    if (sink !== undefined && trimSlash(sink.destination) !== trimSlash(location)) {
      throw new KineticaError(`location must be that of the data sink ${name}: ${sink.destination}`);
    }
    return { name, info: {} };
  },
});

function trimSlash(location: string): string {
  return location.endsWith('/') ? location.slice(0, -1) : location;
}
