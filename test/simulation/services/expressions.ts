import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { addToSet, compareValues, deleteFromSet, isEqual, sizeOf } from './values.ts';

export type Row = Record<string, AttributeValue>;

/** The expressions of one request, and the values of their placeholders. */
export interface Placeholders {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, AttributeValue>> | undefined;
}

type Path = readonly string[];
type Operand = (row: Row | undefined) => AttributeValue | undefined;
type Condition = (row: Row | undefined) => boolean;

const token = /\s*(#?[A-Za-z_]\w*|:\w+|<>|<=|>=|[=<>(),.])/y;

/**
 * Evaluates a condition expression. `row`: undefined if there is none. Throws for features that the catalog does not use,
 * and for missing placeholders.
 */
export function evaluateCondition(text: string, placeholders: Placeholders, row: Row | undefined): boolean {
  const parser = new Parser(text, placeholders);
  const condition = parser.parseOr();
  parser.expectEnd();
  return condition(row);
}

/** Applies an update expression to a copy of the row. */
export function applyUpdate(text: string, placeholders: Placeholders, row: Row): Row {
  const parser = new Parser(text, placeholders);
  const updated = structuredClone(row);
  while (!parser.isAtEnd()) {
    const clause = parser.take();
    do applyAction(parser, clause, row, updated);
    while (parser.takeIf(','));
  }
  return updated;
}

/** Throws for placeholders that none of the expressions uses, as DynamoDB does. */
export function checkAllUsed(texts: readonly (string | undefined)[], placeholders: Placeholders): void {
  const used = new Set(texts.join(' ').match(/[#:]\w+/g));
  const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = placeholders;
  for (const name of [...Object.keys(names), ...Object.keys(values)]) {
    if (!used.has(name)) throw new Error(`${name} is not used in any expression`);
  }
}

function applyAction(parser: Parser, clause: string, row: Row, updated: Row): void {
  const path = parser.parsePath();
  const place = parentOf(updated, path);
  const name = String(path.at(-1));
  if (clause === 'SET') {
    parser.expect('=');
    const value = parser.parseOperand()(row);
    if (value === undefined) throw new Error('SET of an attribute that does not exist');
    place[name] = value;
  } else if (clause === 'REMOVE') {
    delete place[name];
  } else if (clause === 'ADD' || clause === 'DELETE') {
    const change = parser.parseOperand()(row);
    const changed = (clause === 'ADD' ? addToSet : deleteFromSet)(place[name], change);
    if (changed === undefined) delete place[name];
    else place[name] = changed;
  } else {
    throw new Error(`no clause of an update: ${clause}`);
  }
}

/** Finds the map that holds the last name of the path. */
function parentOf(row: Row, path: Path): Row {
  let place = row;
  for (const name of path.slice(0, -1)) {
    const inner = place[name]?.M;
    if (inner === undefined)
      throw new Error('The document path provided in the update expression is invalid for update');
    place = inner;
  }
  return place;
}

function valueAt(row: Row | undefined, path: Path): AttributeValue | undefined {
  let value: AttributeValue | undefined = row && { M: row };
  for (const name of path) value = value?.M?.[name];
  return value;
}

class Parser {
  readonly #tokens: string[] = [];
  readonly #placeholders: Placeholders;
  #next = 0;

  constructor(text: string, placeholders: Placeholders) {
    this.#placeholders = placeholders;
    token.lastIndex = 0;
    while (token.lastIndex < text.trimEnd().length) {
      const found = token.exec(text)?.[1];
      if (found === undefined) throw new Error(`not understood: ${text}`);
      this.#tokens.push(found);
    }
  }

  isAtEnd(): boolean {
    return this.#next >= this.#tokens.length;
  }

  expectEnd(): void {
    if (!this.isAtEnd()) throw new Error(`not understood: ${this.#tokens.slice(this.#next).join(' ')}`);
  }

  take(): string {
    const taken = this.#tokens[this.#next++];
    if (taken === undefined) throw new Error('the expression ends too early');
    return taken;
  }

  takeIf(wanted: string): boolean {
    if (this.#tokens[this.#next] !== wanted) return false;
    this.#next++;
    return true;
  }

  expect(wanted: string): void {
    const taken = this.take();
    if (taken !== wanted) throw new Error(`${wanted} expected in place of ${taken}`);
  }

  parseOr(): Condition {
    const parts = [this.#parseAnd()];
    while (this.takeIf('OR')) parts.push(this.#parseAnd());
    return (row) => parts.some((part) => part(row));
  }

  parsePath(): Path {
    const path = [this.#parseName()];
    while (this.takeIf('.')) path.push(this.#parseName());
    return path;
  }

  parseOperand(): Operand {
    if (this.takeIf('size')) {
      const path = this.#parseArguments(() => this.parsePath());
      return (row) => sizeOf(valueAt(row, path));
    }
    if (this.takeIf('if_not_exists')) {
      this.expect('(');
      const path = this.parsePath();
      this.expect(',');
      const otherwise = this.parseOperand();
      this.expect(')');
      return (row) => valueAt(row, path) ?? otherwise(row);
    }
    if (this.#tokens[this.#next]?.startsWith(':') === true) {
      const name = this.take();
      const value = this.#placeholders.ExpressionAttributeValues?.[name];
      if (value === undefined) throw new Error(`${name} has no value`);
      return () => value;
    }
    const path = this.parsePath();
    return (row) => valueAt(row, path);
  }

  #parseAnd(): Condition {
    const parts = [this.#parsePrimary()];
    while (this.takeIf('AND')) parts.push(this.#parsePrimary());
    return (row) => parts.every((part) => part(row));
  }

  #parsePrimary(): Condition {
    if (this.takeIf('(')) {
      const inner = this.parseOr();
      this.expect(')');
      return inner;
    }
    if (this.takeIf('attribute_exists')) {
      const path = this.#parseArguments(() => this.parsePath());
      return (row) => valueAt(row, path) !== undefined;
    }
    if (this.takeIf('attribute_not_exists')) {
      const path = this.#parseArguments(() => this.parsePath());
      return (row) => valueAt(row, path) === undefined;
    }
    if (this.takeIf('contains')) {
      this.expect('(');
      const path = this.parsePath();
      this.expect(',');
      const member = this.parseOperand();
      this.expect(')');
      return (row) => (valueAt(row, path)?.SS ?? []).includes(String(member(row)?.S));
    }
    return this.#parseComparison();
  }

  #parseComparison(): Condition {
    const left = this.parseOperand();
    if (this.takeIf('BETWEEN')) {
      const low = this.parseOperand();
      this.expect('AND');
      const high = this.parseOperand();
      return (row) => compareValues(left(row), low(row), '>=') && compareValues(left(row), high(row), '<=');
    }
    const operator = this.take();
    const right = this.parseOperand();
    if (operator === '=') return (row) => isEqual(left(row), right(row));
    if (operator === '<>') return (row) => !isEqual(left(row), right(row));
    if (operator !== '<' && operator !== '<=' && operator !== '>' && operator !== '>=')
      throw new Error(`no comparison: ${operator}`);
    return (row) => compareValues(left(row), right(row), operator);
  }

  #parseArguments<T>(parse: () => T): T {
    this.expect('(');
    const parsed = parse();
    this.expect(')');
    return parsed;
  }

  #parseName(): string {
    const name = this.take();
    if (!name.startsWith('#')) return name;
    const found = this.#placeholders.ExpressionAttributeNames?.[name];
    if (found === undefined) throw new Error(`${name} has no name`);
    return found;
  }
}
