import { createEndpoint, textMap } from '../endpoint.ts';
import { KineticaError } from '../kinetica-error.ts';
import { checkMayManageSinks } from '../objects.ts';
import { readOptions } from '../options.ts';

const options = {
  s3_bucket_name: {
    type: 'text',
    maxLength: 63,
    default: '',
    text: 'The bucket, which must be that of the destination.',
  },
  skip_validation: {
    type: 'boolean',
    default: false,
    text: 'Does not check whether the sink can be written and read.',
  },
} as const;

export const createDatasink = createEndpoint({
  path: '/create/datasink',
  verb: 'backup',
  text: 'Makes a data sink below a configured one that allows it.',
  request: { name: 'string', destination: 'string', options: textMap },
  response: { name: 'string', info: textMap },
  run: async ({ operations, key }, { name, destination, options: sent }) => {
    const { s3_bucket_name: bucket, skip_validation: skipsCheck } = readOptions(options, sent);
    checkMayManageSinks(key);
    if (bucket !== '' && !`${destination}/`.startsWith(`s3://${bucket}/`)) {
      throw new KineticaError('s3_bucket_name must be the bucket of the destination, s3://bucket/prefix');
    }
    await operations.createDataSink({ name, destination, skipsCheck, requestedBy: `kinetica/${key.id}` });
    return { name, info: {} };
  },
});
