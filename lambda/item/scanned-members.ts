import { notPlain } from './scalar-scanner.ts';

// Imported constants are slower in the inner loops, unless they are bundled (measured on Node 24).
const comma = 0x2c;

/** Up to this many members are sorted fastest by insertion. */
const maxInsertions = 32;

/** How many numbers describe a member. */
const fields = 5;

/**
 * The members of the maps and sets that are being scanned, as a stack: the members of an inner map come after those of the
 * outer one. Each member is five numbers in one array, since an object for it would cost more than scanning it.
 *
 * ```
 * text of a member     "name":{"S":"x"}
 *                      ^    ^ ^       ^
 *                  start  nameEnd     end
 *                             valueStart
 * ```
 */
export class Members {
  count = 0;
  #numbers = new Int32Array(64 * fields);
  /** The members in canonical order. */
  #order = new Int32Array(64);
  readonly #lastOrder = new Int32Array(maxInsertions);
  #lastCount = 0;
  /** The canonical texts of the values that are not yet canonical, by member. */
  readonly #rewritten: (Buffer | undefined)[] = [];

  /** Adds a member. A member of a set has no value: its `valueStart` is its `end`. */
  push(
    rank: number,
    start: number,
    nameEnd: number,
    valueStart: number,
    end: number,
    rewritten: Buffer | undefined,
  ): void {
    const member = this.count++;
    if (member === this.#order.length) this.#grow();
    const at = member * fields;
    this.#numbers[at] = rank;
    this.#numbers[at + 1] = start;
    this.#numbers[at + 2] = nameEnd;
    this.#numbers[at + 3] = valueStart;
    this.#numbers[at + 4] = end;
    this.#order[member] = member;
    this.#rewritten[member] = rewritten;
  }

  /** Sorts the members from `first` on into canonical order. Throws `notPlain` if a name occurs twice. */
  sort(first: number, bytes: Buffer): void {
    const order = this.#order;
    if (this.count - first <= maxInsertions) return this.#sortByInsertion(first, bytes);
    order.subarray(first, this.count).sort((a, b) => this.#compare(a, b, bytes));
    for (let i = first + 1; i < this.count; i++) {
      if (this.#compare(this.at(i - 1), this.at(i), bytes) === 0) throw notPlain;
    }
  }

  /**
   * Starts from the order of the last item with the same number of members, because the items of a table are often similar.
   */
  #sortByInsertion(first: number, bytes: Buffer): void {
    const order = this.#order;
    const count = this.count - first;
    if (first === 0 && count === this.#lastCount) order.set(this.#lastOrder.subarray(0, count));
    for (let i = first + 1; i < this.count; i++) {
      const moved = this.at(i);
      let to = i;
      for (; to > first; to--) {
        const before = this.at(to - 1);
        const compared = this.#compare(before, moved, bytes);
        if (compared === 0) throw notPlain;
        if (compared < 0) break;
        order[to] = before;
      }
      order[to] = moved;
    }
    if (first > 0) return;
    this.#lastOrder.set(order.subarray(0, count));
    this.#lastCount = count;
  }

  /** The member at a place of the canonical order. */
  at(place: number): number {
    return place < this.count ? (this.#order[place] ?? -1) : -1;
  }

  rank(member: number): number {
    return this.#number(member, 0);
  }

  valueStart(member: number): number {
    return this.#number(member, 3);
  }

  /** The length of the member's canonical text. */
  length(member: number): number {
    const rewritten = this.#rewritten[member];
    const start = this.#number(member, 1);
    return rewritten === undefined
      ? this.#number(member, 4) - start
      : this.valueStart(member) - start + rewritten.length;
  }

  /** True if the members from `first` on are canonical as they stand. */
  areInPlace(first: number): boolean {
    for (let i = first; i < this.count; i++) {
      if (this.#order[i] !== i || this.#rewritten[i] !== undefined) return false;
    }
    return true;
  }

  /** Writes the canonical text of a map or set of the members from `first` on, between these brackets. */
  gather(first: number, bytes: Buffer, open: number, close: number, scratch: Scratch): Buffer {
    let length = 2 + Math.max(0, this.count - first - 1);
    for (let i = first; i < this.count; i++) length += this.length(i);
    const text = scratch.take(length);
    text[0] = open;
    let to = 1;
    for (let i = first; i < this.count; i++) {
      const member = this.at(i);
      if (i > first) text[to++] = comma;
      const rewritten = this.#rewritten[member];
      const start = this.#number(member, 1);
      const end = rewritten === undefined ? this.#number(member, 4) : this.valueStart(member);
      to = copyBytes(bytes, start, end, text, to);
      if (rewritten !== undefined) to = copyBytes(rewritten, 0, rewritten.length, text, to);
    }
    text[to] = close;
    return text;
  }

  #compare(a: number, b: number, bytes: Buffer): number {
    const ranked = this.rank(a) - this.rank(b);
    if (ranked !== 0) return ranked;
    return compareBytes(
      bytes,
      this.#number(a, 1) + 1,
      this.#number(a, 2),
      this.#number(b, 1) + 1,
      this.#number(b, 2),
    );
  }

  #number(member: number, field: number): number {
    return this.#numbers[member * fields + field] ?? 0;
  }

  #grow(): void {
    const numbers = new Int32Array(this.#numbers.length * 2);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
    const order = new Int32Array(this.#order.length * 2);
    order.set(this.#order);
    this.#order = order;
  }
}

/** Memory for texts that are soon copied elsewhere: one buffer for all of them. */
export class Scratch {
  #bytes = Buffer.allocUnsafeSlow(64 * 1024);
  #used = 0;

  take(length: number): Buffer {
    if (this.#used + length > this.#bytes.length) {
      this.#bytes = Buffer.allocUnsafeSlow(Math.max(2 * length, this.#bytes.length));
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += length;
    return this.#bytes.subarray(start, this.#used);
  }

  /** Frees the whole buffer: later texts overwrite those that it contains. */
  clear(): void {
    this.#used = 0;
  }
}

/** `Buffer.copy` creates an object first: up to this many bytes a loop is faster. */
const maxLoopBytes = 160;

/** Copies the bytes [start, end) to `at`. Returns where the copy ends. */
export function copyBytes(from: Buffer, start: number, end: number, to: Buffer, at: number): number {
  if (end - start > maxLoopBytes) return at + from.copy(to, at, start, end);
  let place = at;
  for (let i = start; i < end; i++) to[place++] = from[i] ?? 0;
  return place;
}

/** Compares the bytes [a, aEnd) and [b, bEnd), which is the order of UTF-8 texts. */
function compareBytes(bytes: Buffer, a: number, aEnd: number, b: number, bEnd: number): number {
  const length = Math.min(aEnd - a, bEnd - b);
  for (let i = 0; i < length; i++) {
    const order = (bytes[a + i] ?? 0) - (bytes[b + i] ?? 0);
    if (order !== 0) return order;
  }
  return aEnd - a - (bEnd - b);
}
