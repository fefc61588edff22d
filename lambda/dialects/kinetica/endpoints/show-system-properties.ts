import { createEndpoint, textMap } from '../endpoint.ts';

/** The version of the API. Clients require five numbers, and the first two must equal their own. */
const version = '7.2.3.13.20260101000000';

/**
 * Clients call this when they connect, and then try the URLs in the answer first. So the answer has the URL by which the
 * client reached us.
 */
export const showSystemProperties = createEndpoint({
  path: '/show/system/properties',
  verb: 'any',
  text: 'Shows the version, and the URL by which the caller reached the server.',
  request: { options: textMap },
  response: { property_map: textMap, info: textMap },
  run: async ({ baseUrl }) => ({
    property_map: {
      'version.gpudb_core_version': version,
      'conf.number_of_hosts': '1',
      'conf.host0_public_urls': baseUrl,
      'conf.worker_http_server_urls': baseUrl,
    },
    info: {},
  }),
});
