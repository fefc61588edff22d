import type { KeyRules } from './key-rules.ts';
import type { Change, Keyed } from './change.ts';
import { corruptError } from './frame.ts';

/** A base run holds all items of its range; a delta run holds changes since the parent snapshot. */
export type RunKind = 'base' | 'delta';

const newline = 10;
const itemHead = Buffer.from('{"Item":');
const itemKeyHead = Buffer.from('{"Item":{');
const keysHead = Buffer.from('{"Keys":{');
const newImageHead = Buffer.from('},"NewImage":');
const lineTail = Buffer.from('}\n');
const keysTail = Buffer.from('}}');
const tombstoneTail = Buffer.from('}}\n');

/** How many bytes longer a line of a base run is than its item. */
export const lineOverhead = itemHead.length + lineTail.length;

/**
 * Encodes a change as the pieces of its line, line end included (docs/format.md, section 3). Throws `SnapshotCorrupt` for a
 * tombstone in a base run.
 */
export function encodeLine(kind: RunKind, { key, image }: Change): readonly Buffer[] {
  if (kind === 'base') {
    if (image === undefined) throw corruptError('a base run cannot hold a tombstone');
    return [itemHead, image, lineTail];
  }
  return image === undefined
    ? [keysHead, key, tombstoneTail]
    : [keysHead, key, newImageHead, image, lineTail];
}

/**
 * Decodes the lines of a frame as changes, in order. It parses no item: it only finds where each key ends, and images are
 * views of `frame`. Throws `SnapshotCorrupt` for bytes that are not whole lines of this kind of run.
 */
export function decodeLines(kind: RunKind, frame: Buffer, rules: KeyRules): Change[] {
  const changes: Change[] = [];
  for (let start = 0; start < frame.length;) {
    const end = findLineEnd(frame, start);
    changes.push(decodeLine(kind, frame.subarray(start, end), rules));
    start = end;
  }
  return changes;
}

/** Decodes one line, line end included, as a change. Throws `SnapshotCorrupt`. */
export function decodeLine(kind: RunKind, lineWithEnd: Buffer, rules: KeyRules): Change {
  const line = lineWithEnd.subarray(0, -1);
  return kind === 'base' ? decodeItemLine(line, rules) : decodeChangeLine(line, rules);
}

/** Finds where the line that begins at `start` ends, after its line end. Throws `SnapshotCorrupt` if it has none. */
export function findLineEnd(frame: Buffer, start: number): number {
  const end = frame.indexOf(newline, start);
  if (end < 0) throw corruptError('a frame does not end with a whole line');
  return end + 1;
}

/** Decodes only the key of the line that begins at `start`. Throws `SnapshotCorrupt`. */
export function decodeKey(kind: RunKind, frame: Buffer, start: number, rules: KeyRules): Keyed {
  const head = kind === 'base' ? itemKeyHead : keysHead;
  if (!startsWith(frame, head, start)) throw corruptError(`a line of a ${kind} run has no key`);
  const from = start + head.length;
  const key = frame.subarray(from, findKeyEnd(frame, from, rules.count));
  return { hash: rules.hash(key), key };
}

function decodeItemLine(line: Buffer, rules: KeyRules): Change {
  if (!startsWith(line, itemHead, 0)) throw corruptError('a line of a base run is not an item');
  const image = sliceImage(line, itemHead.length);
  const key = image.subarray(1, findKeyEnd(image, 1, rules.count));
  return { hash: rules.hash(key), key, image };
}

function decodeChangeLine(line: Buffer, rules: KeyRules): Change {
  if (!startsWith(line, keysHead, 0)) throw corruptError('a line of a delta run is not a change');
  const end = findKeyEnd(line, keysHead.length, rules.count);
  const key = line.subarray(keysHead.length, end);
  const image = startsWith(line, newImageHead, end) ? sliceImage(line, end + newImageHead.length) : undefined;
  if (image === undefined && !line.subarray(end).equals(keysTail))
    throw corruptError('a line of a delta run is not a change');
  return { hash: rules.hash(key), key, image };
}

/** Returns the image that goes from `start` up to the closing brace of the line. */
function sliceImage(line: Buffer, start: number): Buffer {
  if (line[line.length - 1] !== closingBrace) throw corruptError('a line of a run has no closing brace');
  return line.subarray(start, -1);
}

function startsWith(line: Buffer, head: Buffer, at: number): boolean {
  return line.length >= at + head.length && line.compare(head, 0, head.length, at, at + head.length) === 0;
}

const quote = 0x22;
const backslash = 0x5c;
const closingBrace = 0x7d;

/** Finds the end of the key at `start`: `count` members `"name":{"T":"value"}`, separated by commas. */
function findKeyEnd(line: Buffer, start: number, count: number): number {
  let at = start;
  for (let member = 0; member < count; member++) {
    if (member > 0) at += 1; // ,
    at = findStringEnd(line, at) + 2; // :{
    at = findStringEnd(line, at) + 1; // :
    at = findStringEnd(line, at); // }
    if (line[at++] !== closingBrace) throw corruptError('a line does not begin with its key');
  }
  return at;
}

/** Finds the end of the JSON string that begins at `start`, after its closing quote. */
function findStringEnd(line: Buffer, start: number): number {
  if (line[start] !== quote) throw corruptError('a line does not begin with its key');
  for (let at = start + 1; ; at++) {
    at = line.indexOf(quote, at);
    if (at < 0) throw corruptError('a line does not begin with its key');
    let escapes = 0;
    while (line[at - 1 - escapes] === backslash) escapes++;
    if (escapes % 2 === 0) return at + 1;
  }
}
