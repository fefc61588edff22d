import { apiOperations } from '../lambda/dialects/dynamodb/api-operations.ts';
import { targetOf } from '../lambda/dialects/dynamodb/dialect.ts';
import { toWireName } from '../lambda/dialects/dynamodb/errors.ts';
import { extensions } from '../lambda/dialects/dynamodb/extensions.ts';
import type { Operation } from '../lambda/dialects/dynamodb/operation.ts';
import { textsOf, toStructure, toType } from './member-shapes.ts';
import { readSdkType } from './sdk-shapes.ts';
import { define, type Structures } from './shapes.ts';

/*
 * The documents of the API, from the descriptions of its operations to the files of docs/api:
 *
 *   descriptions (lambda/dialects/dynamodb/operations/) ─┐
 *   DynamoDB's model, in its JavaScript client ──────────┴─> Api ─┬─> openapi.ts ──────> openapi.json
 *                                                                └─> service-model.ts ─> tidemark-2012-08-10.json
 *
 * Requests are those that the handlers decode. Answers are those of DynamoDB's model with what Tidemark adds, and those
 * that the descriptions of Tidemark's own operations have.
 */

/** An operation; `input` and `output` are names of structures. */
export interface ApiOperation extends Pick<Operation, 'name' | 'text' | 'verbs' | 'members' | 'example'> {
  /** How the header `X-Amz-Target` names it. */
  readonly target: string;
  readonly input: string;
  readonly output: string;
  /** Names of the operation's errors, except those that every operation has. */
  readonly errors: readonly string[];
}

/** The API in the form that every document about it is made from. */
export interface Api {
  readonly operations: readonly ApiOperation[];
  readonly structures: Structures;
}

/** Throws if neither an operation's description nor DynamoDB's model has its answer. */
export function createApi(operations: readonly Operation[] = apiOperations): Api {
  const structures: Structures = new Map();
  const addSdkType = (name: string) => readSdkType(name, structures, findAddedMembers);
  const findAddedMembers = (name: string) => {
    const members = extensions[name];
    if (members === undefined) return undefined;
    const types = Object.entries(members).map(([member, described]) => [
      member,
      toType(described, structures),
    ]);
    return { members: Object.fromEntries(types), texts: textsOf(members) };
  };
  addSdkType('AttributeValue');
  // Answers come first: a request's structure gets another name where an answer has one of the same name.
  for (const { name, answer } of operations) {
    const output = outputOf(name);
    if (answer !== undefined) define(structures, output, toStructure(answer, structures));
    else if (addSdkType(output) === undefined) throw new Error(`no description of the answer of ${name}`);
  }
  for (const { name, members } of operations) {
    define(structures, inputOf(name), toStructure(members, structures));
  }
  return { operations: operations.map(toApiOperation), structures };
}

function inputOf(name: string): string {
  return `${name}Input`;
}

function outputOf(name: string): string {
  return `${name}Output`;
}

function toApiOperation(operation: Operation): ApiOperation {
  const { name, text, verbs, members, example } = operation;
  return {
    name,
    text,
    members,
    verbs,
    example,
    target: targetOf(operation),
    input: inputOf(name),
    output: outputOf(name),
    errors: [...new Set(operation.errors.map(toWireName))],
  };
}
