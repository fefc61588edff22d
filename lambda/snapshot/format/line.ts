import { keyHash } from '../../item/key-hash.ts';
import type { Change, Keyed } from './change.ts';
import { corruptError } from './frame.ts';

export type RunKind = 'base' | 'delta';

const newline = 10;
const itemHead = Buffer.from('{"Item":');
const itemKeyHead = Buffer.from('{"Item":{');
const keysHead = Buffer.from('{"Keys":{');
const newImageHead = Buffer.from('},"NewImage":');
const lineTail = Buffer.from('}\n');
const keysTail = Buffer.from('}}');
const tombstoneTail = Buffer.from('}}\n');

/** What a line of a base run is longer than its item. */
export const lineOverhead = itemHead.length + lineTail.length;

/** The pieces of a change's line (docs/format.md, section 3), with its line end. A base run has no tombstones. */
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
 * The changes of a frame's lines, in order. Nothing is parsed but the key's end: images are views of `frame`.
 * Throws `SnapshotCorrupt` for bytes that are not whole lines of this kind.
 */
export function decodeLines(kind: RunKind, frame: Buffer, keyCount: number): Change[] {
  const changes: Change[] = [];
  for (let start = 0; start < frame.length;) {
    const end = findLineEnd(frame, start);
    changes.push(decodeLine(kind, frame.subarray(start, end), keyCount));
    start = end;
  }
  return changes;
}

/** The change of one line, given with its line end. Throws `SnapshotCorrupt`. */
export function decodeLine(kind: RunKind, lineWithEnd: Buffer, keyCount: number): Change {
  const line = lineWithEnd.subarray(0, -1);
  return kind === 'base' ? decodeItemLine(line, keyCount) : decodeChangeLine(line, keyCount);
}

/** The index behind the line end of the line that begins at `start`. Throws `SnapshotCorrupt` if it has none. */
export function findLineEnd(frame: Buffer, start: number): number {
  const end = frame.indexOf(newline, start);
  if (end < 0) throw corruptError('a frame does not end with a whole line');
  return end + 1;
}

/** The key of the line that begins at `start`; of the rest of the line nothing is looked at. */
export function decodeKey(kind: RunKind, frame: Buffer, start: number, keyCount: number): Keyed {
  const head = kind === 'base' ? itemKeyHead : keysHead;
  if (!startsWith(frame, head, start)) throw corruptError(`a line of a ${kind} run does not begin as one`);
  const from = start + head.length;
  const key = frame.subarray(from, findKeyEnd(frame, from, keyCount));
  return { hash: keyHash(key), key };
}

function decodeItemLine(line: Buffer, keyCount: number): Change {
  if (!startsWith(line, itemHead, 0)) throw corruptError('a line of a base run is not an item');
  const image = sliceImage(line, itemHead.length);
  const key = image.subarray(1, findKeyEnd(image, 1, keyCount));
  return { hash: keyHash(key), key, image };
}

function decodeChangeLine(line: Buffer, keyCount: number): Change {
  if (!startsWith(line, keysHead, 0)) throw corruptError('a line of a delta run is not a change');
  const end = findKeyEnd(line, keysHead.length, keyCount);
  const key = line.subarray(keysHead.length, end);
  const image = startsWith(line, newImageHead, end) ? sliceImage(line, end + newImageHead.length) : undefined;
  if (image === undefined && !line.subarray(end).equals(keysTail))
    throw corruptError('a line of a delta run is not a change');
  return { hash: keyHash(key), key, image };
}

/** All from `start` but the line's own closing brace. */
function sliceImage(line: Buffer, start: number): Buffer {
  if (line[line.length - 1] !== closingBrace) throw corruptError('a line of a run has no end');
  return line.subarray(start, -1);
}

function startsWith(line: Buffer, head: Buffer, at: number): boolean {
  return line.length >= at + head.length && line.compare(head, 0, head.length, at, at + head.length) === 0;
}

const quote = 0x22;
const backslash = 0x5c;
const closingBrace = 0x7d;

/** The index behind `keyCount` members `"name":{"T":"value"}` that begin at `start` and are separated by commas. */
function findKeyEnd(line: Buffer, start: number, keyCount: number): number {
  let at = start;
  for (let member = 0; member < keyCount; member++) {
    if (member > 0) at += 1; // ,
    at = findStringEnd(line, at) + 2; // :{
    at = findStringEnd(line, at) + 1; // :
    at = findStringEnd(line, at); // }
    if (line[at++] !== closingBrace) throw corruptError('a line does not begin with its key');
  }
  return at;
}

/** The index behind the JSON string that begins at `start`. */
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
