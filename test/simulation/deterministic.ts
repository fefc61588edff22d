import { syncBuiltinESMExports } from 'node:module';
import { Transform } from 'node:stream';
import zlib from 'node:zlib';

/*
 * Importing this file makes the asynchronous functions of zlib that Tidemark calls run on the caller's thread. Zlib's own
 * threads end in an order that no seed decides. Import this file before any file of Tidemark, and only in a process that
 * only simulates.
 */

type Done = (error: Error | null, result: Buffer) => void;

function gzip(bytes: zlib.InputType, ...others: [zlib.ZlibOptions, Done] | [Done]): void {
  const [options, done] = others.length === 1 ? [{}, others[0]] : others;
  done(null, zlib.gzipSync(bytes, options));
}

/** Creates a stream that gathers all bytes and converts them at the end. */
function atOnce(convert: (bytes: Buffer) => Buffer): Transform {
  const chunks: Buffer[] = [];
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
    flush(done) {
      try {
        done(null, convert(Buffer.concat(chunks)));
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

const replaced = {
  gzip,
  createGunzip: () => atOnce((bytes) => zlib.gunzipSync(bytes)),
  createGzip: (options: zlib.ZlibOptions) => atOnce((bytes) => zlib.gzipSync(bytes, options)),
};
for (const [name, value] of Object.entries(replaced)) Object.defineProperty(zlib, name, { value });
syncBuiltinESMExports();
