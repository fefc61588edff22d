const newline = 10;

/**
 * Splits a stream of bytes into lines, without their ends. It yields one list of lines for each chunk: those that the
 * chunk completes. They are views of the chunk where possible. Only `\n` ends a line: Node's `readline` also ends one
 * at U+2028 and U+2029, which may stand unescaped in JSON.
 */
export async function* splitLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer[]> {
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
