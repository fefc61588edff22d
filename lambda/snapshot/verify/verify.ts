import { TidemarkError } from '../../runtime/errors.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { type Content, ContentSum, sumContents } from '../format/content.ts';
import type { Findings } from './findings.ts';
import { type KeyPosition, type FrameEntry, findFrames } from '../format/frame-index.ts';
import { contains, splitHashSpace, fromHex, type HashRange, wholeRange } from '../format/hash-range.ts';
import type { Limits } from '../format/limits.ts';
import { keyNamesOf, type Manifest, manifestKey, type RunRef } from '../format/manifest.ts';
import { mergeSorted } from '../read/merge.ts';
import { OpenFiles } from '../read/open-files.ts';
import { fetchFrames, type StoredFrame } from '../read/read-frames.ts';
import { type PlacedRun, groupByPartition, selectRuns } from '../read/runs.ts';
import { verifyFile } from './verify-file.ts';
import { sumLines, verifyFrame } from './verify-frame.ts';
import { LineVerifier, type VerifiedLine } from './verify-line.ts';

export interface VerificationOptions {
  /** 1: everything. Less: about this share of the frames, drawn at random, each by itself. */
  readonly share: number;
  /** Numbers from 0 to, without, 1. */
  readonly random: () => number;
  readonly limits: Limits;
}

/** A run's file as far as it was verified. */
interface VerifiedFile {
  /** Undefined: it cannot be read. */
  readonly entries: Promise<readonly FrameEntry[] | undefined>;
  /** The last frame verified; a run of many partitions may have it in several. */
  last?: { readonly entry: FrameEntry; readonly lines: readonly VerifiedLine[] | undefined };
}

/** What a partition has of a run. */
interface Part {
  readonly run: RunRef;
  readonly file: VerifiedFile;
  readonly entries: readonly FrameEntry[];
  readonly all: readonly FrameEntry[];
}

/**
 * Checks what a snapshot refers to, partition by partition in ascending order. What is wrong goes to the findings;
 * only what is no fault of the stored objects is thrown.
 */
export class Verification {
  readonly #store: ObjectStore;
  readonly #manifest: Manifest;
  readonly #options: VerificationOptions;
  readonly #keyCount: number;
  readonly #lines: LineVerifier;
  readonly #ranges: readonly HashRange[];
  readonly #runs: readonly PlacedRun[][];
  readonly #findings: Findings;
  readonly #files: OpenFiles<VerifiedFile>;

  constructor(store: ObjectStore, manifest: Manifest, options: VerificationOptions, findings: Findings) {
    this.#findings = findings;
    this.#store = store;
    this.#manifest = manifest;
    this.#options = options;
    const keyNames = keyNamesOf(manifest.description);
    this.#keyCount = keyNames.length;
    this.#lines = new LineVerifier(keyNames);
    this.#ranges = splitHashSpace(manifest.partitions.length);
    this.#runs = groupByPartition(manifest.runs, manifest.partitions.length);
    this.#files = new OpenFiles(manifest.runs, (run) => ({
      entries: verifyFile(store, run, this.#findings),
    }));
  }

  /** The manifest's figures are the sums of its partitions'. */
  verifyTotals(): void {
    const { partitions, items, bytes, digest } = this.#manifest;
    if (!isSame(sumContents(partitions), { items, bytes, digest }))
      this.#blame('the figures are not the sums of the partitions');
  }

  async verifyPartition(n: number): Promise<void> {
    const range = this.#ranges[n];
    const content = this.#manifest.partitions[n];
    if (range === undefined || content === undefined)
      throw new TidemarkError('Internal', `there is no partition ${n}`);
    this.#files.closeBelow(range.from);
    const parts: Part[] = [];
    const ofPartition = (this.#runs[n] ?? []).map(({ run }) => run);
    const runs = selectRuns(ofPartition, range);
    for (const run of runs) {
      const file = this.#files.open(run);
      const all = await file.entries;
      if (all !== undefined) parts.push({ run, file, all, entries: findFrames(all, fromHex(run.range)) });
    }
    if (this.#options.share < 1) return this.#sample(parts);
    const found = await this.#contentOf(parts);
    // Where something could not be read, that is the problem.
    if (found !== undefined && parts.length === runs.length && !isSame(found, content))
      this.#blame(`partition ${n} does not hold what its figures say`);
  }

  /** What the parts come to, merged; undefined if some of it could not be read. */
  async #contentOf(parts: readonly Part[]): Promise<Content | undefined> {
    let isWhole = true;
    const missing = () => {
      isWhole = false;
    };
    const sum = new ContentSum();
    const merged = mergeSorted(
      parts.map((part) => this.#linesOf(part, parts.length, missing)),
      (_older, newer) => newer,
      this.#options.limits.batchEntries,
    );
    for await (const batch of merged) sumLines(batch, sum);
    this.#findings.items += sum.items;
    return isWhole ? sum.toContent() : undefined;
  }

  /** The lines of a part that are as they should be; `missing` is called for what is not. */
  async *#linesOf(
    { run, file, entries, all }: Part,
    parts: number,
    missing: () => void,
  ): AsyncGenerator<readonly VerifiedLine[]> {
    const range = fromHex(run.range);
    const within = (lines: readonly VerifiedLine[] | undefined): readonly VerifiedLine[] => {
      if (lines === undefined) missing();
      return lines?.filter(({ hash }) => contains(range, hash)) ?? [];
    };
    const kept = file.last?.entry === entries[0] ? file.last : undefined;
    if (kept !== undefined) yield within(kept.lines);
    const readAhead = Math.ceil(this.#options.limits.maxReadBytes / parts);
    const frames = fetchFrames(this.#store, run.key, entries.slice(kept === undefined ? 0 : 1), readAhead);
    for (;;) {
      const next = await this.#findings.recordDamage(run.key, frames.next());
      if (next === undefined) missing();
      if (next === undefined || next.done === true) return;
      yield within(await this.#verify({ run, file, all }, next.value));
    }
  }

  /** Some of the parts' frames, at least one if there is any. */
  async #sample(parts: readonly Part[]): Promise<void> {
    const { share, random } = this.#options;
    const frames = parts.flatMap((part) => part.entries.map((entry) => ({ part, entry })));
    const chance = frames[Math.floor(random() * frames.length)];
    const drawn = frames.filter(() => random() < share);
    if (drawn.length === 0 && chance !== undefined) drawn.push(chance);
    for (const { part, entry } of drawn) {
      if (part.file.last?.entry === entry) continue;
      const fetched = Array.fromAsync(fetchFrames(this.#store, part.run.key, [entry]));
      for (const stored of (await this.#findings.recordDamage(part.run.key, fetched, entry.offset)) ?? [])
        this.#findings.items += sumLines((await this.#verify(part, stored)) ?? []).items;
    }
  }

  async #verify(
    { run, file, all }: Omit<Part, 'entries'>,
    stored: StoredFrame,
  ): Promise<readonly VerifiedLine[] | undefined> {
    const { entry } = stored;
    const next = all[all.indexOf(entry) + 1] ?? endOf(run);
    const rules = { kind: run.kind, keyCount: this.#keyCount, lines: this.#lines, next };
    const lines = await this.#findings.recordDamage(run.key, verifyFrame(stored, rules), entry.offset);
    this.#findings.frames++;
    file.last = { entry, lines };
    return lines;
  }

  #blame(problem: string): void {
    const { table, id } = this.#manifest;
    this.#findings.add({ object: manifestKey(table.tableId, id), problem });
  }
}

/** What lies behind all lines of a run; undefined: nothing lies behind the hash space. */
function endOf({ written }: RunRef): KeyPosition | undefined {
  return fromHex(written).to === wholeRange.to ? undefined : { hash: written.to, key: '' };
}

function isSame(a: Content, b: Content): boolean {
  return a.items === b.items && a.bytes === b.bytes && a.digest === b.digest;
}
