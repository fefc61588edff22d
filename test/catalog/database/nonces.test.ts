import { beforeAll, describe, expect, it } from 'vitest';
import { openCatalog } from '../../../lambda/catalog/catalog.ts';
import type { Nonces } from '../../../lambda/catalog/nonces.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { createCatalog } from '../../../local/catalog-table.ts';
import { useDatabase } from '../../support/database.ts';

const table = 'catalog-of-nonces';

const database = useDatabase();
beforeAll(async () => {
  await createCatalog(database.dynamodb, table);
});

const noon = Date.UTC(2026, 0, 1, 12);
const quarterMs = 15 * 60_000;

function openNonces(at: number): Nonces {
  const clock = { now: () => at, sleep: async () => {} };
  return openCatalog(database.dynamodb, table, clock, randomIds).nonces;
}

/** Makes a nonce that no other test uses, for a request that may be repeated for a quarter of an hour. */
function createNonce() {
  return { user: 'testkey', nonce: randomIds.hex(16), until: noon + quarterMs };
}

describe('a nonce', () => {
  it('can be used once', async () => {
    const nonce = createNonce();
    expect(await openNonces(noon).use(nonce)).toBe(true);
    expect(await openNonces(noon).use(nonce)).toBe(false);
    expect(await openNonces(noon + quarterMs).use(nonce)).toBe(false);
  });

  it('is accepted once from many concurrent requests', async () => {
    const nonce = createNonce();
    const uses = await Promise.all(Array.from({ length: 20 }, () => openNonces(noon).use(nonce)));
    expect(uses.filter(Boolean)).toHaveLength(1);
  });

  it('is not confused with another user’s equal nonce', async () => {
    const nonce = createNonce();
    await openNonces(noon).use(nonce);
    expect(await openNonces(noon).use({ ...nonce, user: 'otherkey' })).toBe(true);
  });

  it('can be used again once the time of its request is over, even before DynamoDB removes its record', async () => {
    const nonce = createNonce();
    await openNonces(noon).use(nonce);
    const later = noon + quarterMs + 2 * 60_000;
    expect(await openNonces(later).use({ ...nonce, until: later + quarterMs })).toBe(true);
  });

  it('is stored as a short record, even if it is long', async () => {
    expect(await openNonces(noon).use({ ...createNonce(), nonce: 'x'.repeat(100_000) })).toBe(true);
  });
});
