import { describe } from 'vitest';
import { createRoutedStore } from '../../lambda/storage/routed-store.ts';
import { createMemoryStore } from '../support/snapshot/support.ts';
import { testObjectStore } from './object-store.suite.ts';

describe('a store whose objects are in two stores', () => {
  testObjectStore(async () => {
    const [one, other] = [createMemoryStore(), createMemoryStore()];
    return createRoutedStore((key) => ((key.split('/')[0] ?? '').length % 2 === 0 ? one : other));
  });
});
