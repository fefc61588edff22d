const newline = 10;

/**
 * The lines of a stream of bytes, without their ends, as many at a time as a chunk completes: views of it. Only `\n` ends a
 * line: Node's `readline` also ends one at U+2028 and U+2029, which may stand unescaped in JSON.
 */
export async function* linesOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer[]> {
  let rest: Buffer[] = [];
  for await (const chunk of bytes) {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const line = chunk.subarray(start, end);
      lines.push(rest.length === 0 ? line : Buffer.concat([...rest, line]));
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
    yield lines;
  }
  if (rest.length > 0) yield [Buffer.concat(rest)];
}
