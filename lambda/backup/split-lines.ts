import { TidemarkError } from '../runtime/errors.ts';

const newline = 10;

/**
 * The maximum length of a line, which has up to two images. An item of 400 KB has at most about 4 MB as DynamoDB JSON (a
 * list of empty texts).
 */
const maxLineBytes = 32 * 1024 * 1024;

/**
 * Splits a stream of bytes into lines, without their ends. It yields one list of lines for each chunk: those that the
 * chunk completes. They are views of the chunk where possible. Only `\n` ends a line: Node's `readline` also ends one
 * at U+2028 and U+2029, which may stand unescaped in JSON. Throws `RecordNotUnderstood` for a line that no item can have, as
 * soon as it has grown too long.
 */
export async function* splitLines(bytes: AsyncIterable<Buffer>, file: string): AsyncGenerator<Buffer[]> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const chunk of bytes) {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const line = chunk.subarray(start, end);
      lines.push(rest.length === 0 ? line : Buffer.concat([...rest, line]));
      rest = [];
      restBytes = 0;
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
    restBytes += chunk.length - start;
    if (restBytes > maxLineBytes)
      throw new TidemarkError('RecordNotUnderstood', `${file}: a line has more than ${maxLineBytes} bytes`);
    yield lines;
  }
  if (rest.length > 0) yield [Buffer.concat(rest)];
}
