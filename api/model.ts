import { targets } from '../lambda/dialects/dynamodb/dialect.ts';
import type { Members } from '../lambda/dialects/dynamodb/members.ts';
import { operationFacts } from './operations.ts';
import { extensions, ownStructures } from './own-shapes.ts';
import { requestStructure } from './request-shapes.ts';
import { sdkType } from './sdk-shapes.ts';
import { define, type Structures } from './shapes.ts';

/** An operation; `input` and `output` are names of structures. */
export interface ApiOperation {
  readonly name: string;
  /** As the header `X-Amz-Target` names it. */
  readonly target: string;
  readonly text: string;
  readonly input: string;
  readonly output: string;
  /** Names of the errors that only some operations have. */
  readonly errors: readonly string[];
  readonly example: object;
}

/** The API as every document about it is made of it. */
export interface Api {
  readonly operations: readonly ApiOperation[];
  readonly structures: Structures;
}

/**
 * Requests are those that the handlers decode, answers those of DynamoDB's own model and what Tidemark adds.
 * Throws if an operation has no facts or no answer.
 */
export function apiModel(): Api {
  const structures: Structures = new Map();
  sdkType('AttributeValue', structures, extensions);
  for (const [name, structure] of Object.entries(ownStructures)) define(structures, name, structure);
  const served = [...targets].map(([target, { members }]) => ({ target, members, name: nameOf(target) }));
  for (const { name } of served) {
    const output = `${name}Output`;
    const found = structures.has(output) || sdkType(output, structures, extensions) !== undefined;
    if (!found) throw new Error(`nothing is known of the answer of ${name}`);
  }
  return { operations: served.map((operation) => apiOperation(operation, structures)), structures };
}

function nameOf(target: string): string {
  return target.slice(target.indexOf('.') + 1);
}

function apiOperation(
  { target, name, members }: { target: string; name: string; members: Members },
  structures: Structures,
): ApiOperation {
  const facts = operationFacts[name];
  if (facts === undefined) throw new Error(`nothing is known of ${name}`);
  const input = `${name}Input`;
  define(structures, input, requestStructure(members, structures));
  return { name, target, input, output: `${name}Output`, ...facts };
}
