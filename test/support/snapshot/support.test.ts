import { describe } from 'vitest';
import { testObjectStore } from '../../storage/object-store.suite.ts';
import { createMemoryStore } from './support.ts';

describe('the tests’ own object store in memory', () => {
  testObjectStore(async () => createMemoryStore());
});
