import type { TestProject } from 'vitest/node';
import { type Definitions, synthesizeDefinitions } from '../../lib/workflow/definitions.ts';

declare module 'vitest' {
  interface ProvidedContext {
    definitions: Definitions;
  }
}

/** Synthesizes the state machines once for all test files: loading the CDK takes over a second. */
export default function provideDefinitions(project: TestProject): void {
  project.provide('definitions', synthesizeDefinitions());
}
