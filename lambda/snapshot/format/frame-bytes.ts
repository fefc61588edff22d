/** Room beyond a frame's aim, for the line that brings it there. */
const spareBytes = 64 * 1024;

/**
 * The lines of one frame after the other, gathered in place: a buffer for each line would cost more than copying it, and
 * one for each frame keeps the garbage collector busy.
 */
export class FrameBytes {
  length = 0;
  readonly #usual: number;
  #bytes: Buffer | undefined;

  constructor(frameBytes: number) {
    this.#usual = frameBytes + spareBytes;
  }

  append(pieces: readonly Buffer[]): void {
    let needed = this.length;
    for (const piece of pieces) needed += piece.length;
    const bytes = this.#reserved(needed);
    for (const piece of pieces) this.length += piece.copy(bytes, this.length);
  }

  /** The lines gathered, good until something is appended; then there are none. */
  take(): Buffer {
    const lines = this.#reserved(0).subarray(0, this.length);
    this.length = 0;
    return lines;
  }

  #reserved(needed: number): Buffer {
    if (this.#bytes !== undefined && needed <= this.#bytes.length) return this.#bytes;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#usual, 2 * needed));
    this.#bytes?.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
    return larger;
  }
}
