import { createEndpoint, textMap } from '../endpoint.ts';

/** Clients call this when they connect, and give up unless the status is `running`. */
export const showSystemStatus = createEndpoint({
  path: '/show/system/status',
  verb: 'any',
  text: 'Says that the server is running.',
  request: { options: textMap },
  response: { status_map: textMap, info: textMap },
  run: async () => ({ status_map: { system: JSON.stringify({ status: 'running' }) }, info: {} }),
});
