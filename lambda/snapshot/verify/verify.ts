/**
 * The room `verify/`: checks that the stored objects of a snapshot hold what the format and the manifest promise.
 *
 *   manifest     verify.ts         its figures are the sums over its partitions, and each partition has the content stated
 *   run          verify-file.ts    its index fits the manifest, is found from both ends, and lists frames without gaps
 *   frame        verify-frame.ts   its checksum, lengths, order and sums are those in the index
 *   line         verify-line.ts    its key and item are in canonical form and belong together
 *
 * In: a store, a manifest, and the share of the frames to check. Out: findings: counts, and problems by object and
 * offset. Always holds: damage is a finding, not an error; only errors that the stored objects did not cause are
 * thrown. A finding contains no key and no value. A full verification reads each frame once and counts every item.
 */
import { TidemarkError } from '../../runtime/errors.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { type Content, ContentSum, sumContents } from '../format/content.ts';
import type { Findings } from './findings.ts';
import { type KeyPosition, type FrameEntry, findFrames } from '../format/frame-index.ts';
import { contains, splitHashSpace, fromHex, type HashRange, wholeRange } from '../format/hash-range.ts';
import type { Limits } from '../format/limits.ts';
import { keyNamesOf, type Manifest, buildManifestKey, type RunRef } from '../format/manifest.ts';
import { mergeSorted } from '../read/merge.ts';
import { OpenFiles } from '../read/open-files.ts';
import { fetchFrames, type StoredFrame } from '../read/read-frames.ts';
import { type PlacedRun, groupByPartition, selectRuns } from '../read/runs.ts';
import { verifyFile } from './verify-file.ts';
import { sumLines, verifyFrame } from './verify-frame.ts';
import { LineVerifier, type VerifiedLine } from './verify-line.ts';
import { type KeyRules, keyRulesOf } from '../format/key-rules.ts';

/** What a verification checks. */
export interface VerificationOptions {
  /** 1: everything. Less: about this share of the frames, drawn at random and each checked by itself. */
  readonly share: number;
  /** Returns a number from 0 up to, but not including, 1. */
  readonly random: () => number;
  readonly limits: Limits;
}

/** The facts about a run's file that are known so far. */
interface VerifiedFile {
  /** The frames in its index. Undefined: the index cannot be read. */
  readonly entries: Promise<readonly FrameEntry[] | undefined>;
  /** The frame that was verified last: the next partition may begin within it. */
  last?: { readonly entry: FrameEntry; readonly lines: readonly VerifiedLine[] | undefined };
}

/** The part of a run that belongs to a partition. */
interface Part {
  readonly run: RunRef;
  readonly file: VerifiedFile;
  /** The frames that may hold lines of the partition. */
  readonly entries: readonly FrameEntry[];
  /** All frames of the run. */
  readonly all: readonly FrameEntry[];
}

/** A verification of one snapshot. The caller verifies its partitions in ascending order, for example over several requests. */
export class Verification {
  readonly #store: ObjectStore;
  readonly #manifest: Manifest;
  readonly #options: VerificationOptions;
  readonly #keys: KeyRules;
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
    this.#keys = keyRulesOf(manifest);
    this.#lines = new LineVerifier(keyNames);
    this.#ranges = splitHashSpace(manifest.partitions.length);
    this.#runs = groupByPartition(manifest.runs, manifest.partitions.length);
    this.#files = new OpenFiles(manifest.runs, (run) => ({
      entries: verifyFile(store, run, this.#findings),
    }));
  }

  /** Checks that the manifest's figures are the sums over its partitions. */
  verifyTotals(): void {
    const { partitions, items, bytes, digest } = this.#manifest;
    if (!isSame(sumContents(partitions), { items, bytes, digest }))
      this.#addProblem('the figures are not the sums of the partitions');
  }

  /** Checks the runs of a partition and its figures or, for a sample, some frames of its runs. */
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
    if (this.#options.share < 1) return this.#verifySample(parts);
    const found = await this.#countContent(parts);
    // If a run could not be read, that is a finding already.
    if (found !== undefined && parts.length === runs.length && !isSame(found, content))
      this.#addProblem(`partition ${n} does not hold what its figures say`);
  }

  /** Merges the parts and counts their content. Returns undefined if some of it could not be read. */
  async #countContent(parts: readonly Part[]): Promise<Content | undefined> {
    let isWhole = true;
    const missing = () => {
      isWhole = false;
    };
    const sum = new ContentSum();
    const merged = mergeSorted(
      parts.map((part) => this.#verifyLines(part, parts.length, missing)),
      (_older, newer) => newer,
      this.#options.limits.batchEntries,
    );
    for await (const batch of merged) sumLines(batch, sum);
    this.#findings.items += sum.items;
    return isWhole ? sum.toContent() : undefined;
  }

  /** Verifies the frames of a part and returns their lines. Calls `missing` for each frame that is damaged. */
  async *#verifyLines(
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
      yield within(await this.#verifyFrame({ run, file, all }, next.value));
    }
  }

  /** Draws some of the parts' frames, at least one if there is any, and verifies them. */
  async #verifySample(parts: readonly Part[]): Promise<void> {
    const { share, random } = this.#options;
    const frames = parts.flatMap((part) => part.entries.map((entry) => ({ part, entry })));
    const chance = frames[Math.floor(random() * frames.length)];
    const drawn = frames.filter(() => random() < share);
    if (drawn.length === 0 && chance !== undefined) drawn.push(chance);
    for (const { part, entry } of drawn) {
      if (part.file.last?.entry === entry) continue;
      const fetched = Array.fromAsync(fetchFrames(this.#store, part.run.key, [entry]));
      for (const stored of (await this.#findings.recordDamage(part.run.key, fetched, entry.offset)) ?? [])
        this.#findings.items += sumLines((await this.#verifyFrame(part, stored)) ?? []).items;
    }
  }

  async #verifyFrame(
    { run, file, all }: Omit<Part, 'entries'>,
    stored: StoredFrame,
  ): Promise<readonly VerifiedLine[] | undefined> {
    const { entry } = stored;
    const next = all[all.indexOf(entry) + 1] ?? endOf(run);
    const rules = { kind: run.kind, keys: this.#keys, lines: this.#lines, next };
    const lines = await this.#findings.recordDamage(run.key, verifyFrame(stored, rules), entry.offset);
    this.#findings.frames++;
    file.last = { entry, lines };
    return lines;
  }

  #addProblem(problem: string): void {
    const { table, id } = this.#manifest;
    this.#findings.add({ object: buildManifestKey(table.tableId, id), problem });
  }
}

/** Returns where a run ends. Undefined for the end of the hash space, which no line can reach. */
function endOf({ written }: RunRef): KeyPosition | undefined {
  return fromHex(written).to === wholeRange.to ? undefined : { hash: written.to, key: '' };
}

function isSame(a: Content, b: Content): boolean {
  return a.items === b.items && a.bytes === b.bytes && a.digest === b.digest;
}
