import { describe } from 'vitest';
import { testObjectStore } from '../../storage/object-store.suite.ts';
import { createMemoryStore } from './support.ts';

describe('the object store in memory that tests use', () => {
  testObjectStore(async () => createMemoryStore());
});
