import type { Change } from '../format/change.ts';
import { type Content, ContentSum } from '../format/content.ts';
import { FrameBytes } from '../format/frame-bytes.ts';
import type { RawFrame } from '../format/frame-file.ts';
import { decodeKey, decodeLine, encodeLine } from '../format/line.ts';
import { findLine } from '../read/find-line.ts';
import type { KeyRules } from '../format/key-rules.ts';

/** The settings of a fold. */
export interface FoldOptions {
  readonly keys: KeyRules;
  /** The target size of new frames. */
  readonly frameBytes: number;
}

/** Collects the lines of one new frame after another, with their content. Each closed frame's content is added to `total`. */
export class FrameBuilder {
  readonly #keys: KeyRules;
  readonly #total: ContentSum;
  readonly #lines: FrameBytes;
  #content = new ContentSum();

  constructor({ keys, frameBytes }: FoldOptions, total: ContentSum) {
    this.#keys = keys;
    this.#total = total;
    this.#lines = new FrameBytes(frameBytes);
  }

  get rawLength(): number {
    return this.#lines.length;
  }

  /** Appends an item's line. A tombstone appends nothing. */
  add(change: Change): void {
    if (change.image === undefined) return;
    this.#lines.append(encodeLine('base', change));
    this.#content.add(change.image, change.imageBytes);
  }

  /** Appends the lines of a frame of this `content` with the changes applied. It searches only for the lines of changed keys. */
  splice(lines: Buffer, changes: readonly Change[], content: Content): void {
    this.#content.addContent(content);
    let from = 0;
    for (const change of changes) {
      const { start, end } = findLine('base', lines, this.#keys, change, from);
      if (start > from) this.#lines.append([lines.subarray(from, start)]);
      if (end > start) this.#remove(lines.subarray(start, end));
      this.add(change);
      from = end;
    }
    if (from < lines.length) this.#lines.append([lines.subarray(from)]);
  }

  /** Returns the frame and begins the next one. */
  close(): RawFrame {
    const { items, bytes, digest } = this.#content.toContent();
    this.#total.addContent({ items, bytes, digest });
    const lines = this.#lines.take();
    this.#content = new ContentSum();
    return {
      first: decodeKey('base', lines, 0, this.#keys),
      lines,
      count: items,
      content: { bytes, digest },
    };
  }

  #remove(line: Buffer): void {
    const { image } = decodeLine('base', line, this.#keys);
    if (image !== undefined) this.#content.remove(image);
  }
}
