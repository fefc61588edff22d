import { describe } from 'vitest';
import { objectStoreConformance } from '../../storage/object-store.suite.ts';
import { createMemoryStore } from './support.ts';

describe('the tests’ store in memory', () => {
  objectStoreConformance(async () => createMemoryStore());
});
