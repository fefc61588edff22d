import { describe } from 'vitest';
import { objectStoreConformance } from '../../storage/object-store.suite.ts';
import { memoryStore } from './support.ts';

describe('the tests’ store in memory', () => {
  objectStoreConformance(async () => memoryStore());
});
