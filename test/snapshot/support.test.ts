import { describe } from 'vitest';
import { objectStoreConformance } from '../conformance/object-store.ts';
import { memoryStore } from './support.ts';

describe('the tests’ store in memory', () => {
  objectStoreConformance(async () => memoryStore());
});
