/** Room beyond a frame's target size, for the line that brings it to that size. */
const spareBytes = 64 * 1024;

/**
 * Collects the lines of one frame after another in one buffer. A buffer of its own for each line would cost more than
 * copying the line, and a new one for each frame would keep the garbage collector busy.
 */
export class FrameBytes {
  length = 0;
  readonly #initialBytes: number;
  #bytes: Buffer | undefined;

  constructor(frameBytes: number) {
    this.#initialBytes = frameBytes + spareBytes;
  }

  append(pieces: readonly Buffer[]): void {
    let needed = this.length;
    for (const piece of pieces) needed += piece.length;
    const bytes = this.#reserve(needed);
    for (const piece of pieces) this.length += piece.copy(bytes, this.length);
  }

  /** Takes out the collected lines and starts over. They are valid only until the next `append`. */
  take(): Buffer {
    const lines = this.#reserve(0).subarray(0, this.length);
    this.length = 0;
    return lines;
  }

  #reserve(needed: number): Buffer {
    if (this.#bytes !== undefined && needed <= this.#bytes.length) return this.#bytes;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#initialBytes, 2 * needed));
    this.#bytes?.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
    return larger;
  }
}
