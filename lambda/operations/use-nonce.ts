import type { Nonce } from '../catalog/nonces.ts';
import type { RequestServices } from '../services/operation-services.ts';

/**
 * Uses a nonce of a signed request. Returns false if the nonce was used before: then the request is a copy of an earlier
 * one.
 */
export function useNonce({ catalog }: Pick<RequestServices, 'catalog'>, nonce: Nonce): Promise<boolean> {
  return catalog.nonces.use(nonce);
}
