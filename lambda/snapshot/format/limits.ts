/** The engine's sizes, in bytes of lines before compression unless said otherwise. Tests make them small. */
export interface Limits {
  /** A frame is closed by the line that brings it to so many bytes. */
  readonly frameBytes: number;
  /** The same for a spill. */
  readonly spillFrameBytes: number;
  /** What a partition aims at. */
  readonly partitionBytes: number;
  /** Partitions of one snapshot, a power of two. */
  readonly maxPartitions: number;
  /** Ranges of one apply or restore, each a Map item: a power of two below the 500 of `jobs/states.ts`. */
  readonly maxRanges: number;
  /** What a task that partitions staged files aims at. */
  readonly taskBytes: number;
  /** An invocation of it takes no further file behind so many bytes. */
  readonly partBytes: number;
  /** Spills that are opened at once when changes are applied, a number; many tasks may exceed it by one for each part. */
  readonly maxSpills: number;
  /** Changes that are parsed and sorted in memory at a time. */
  readonly maxSortBytes: number;
  /** A staged file is closed at so many bytes, so that a task can stop between files. */
  readonly stagedFileBytes: number;
  /** Compressed bytes fetched in one ranged read of a run. */
  readonly maxReadBytes: number;
  /** Runs to read for any key of a snapshot; delta runs are merged with each other before they become more. */
  readonly maxRuns: number;
  /** A partition is folded into a new base run when its delta runs are this share of its base run. */
  readonly foldShare: number;
  /** Merged entries handed on at a time, a number. */
  readonly batchEntries: number;
}

/** The sizes in use, kept in one place with their reasons. */
export const defaultLimits: Limits = {
  // Larger frames compress a few percent better; smaller ones make reading one item and copying untouched frames
  // cheaper. 1 MiB reads in one S3 request of 200 to 400 KB.
  frameBytes: 1024 * 1024,
  // Applying a range opens every spill at its place and keeps one frame of each.
  spillFrameBytes: 128 * 1024,
  // One Lambda merges 256 MiB in well under a minute.
  partitionBytes: 256 * 1024 * 1024,
  // 16,384 of 256 MiB are 4 TiB, and their manifest stays below a few megabytes.
  maxPartitions: 16_384,
  maxRanges: 256,
  // A fraction of a minute: less would cost more in invocations and objects than it gives in time.
  taskBytes: 256 * 1024 * 1024,
  // Merging its spills into one, where tasks are many, takes some twenty seconds of the minute that is in reserve.
  partBytes: 2 * 1024 * 1024 * 1024,
  // 256 are 32 MB of frames; a table of 4 TiB comes to about 2,300 and 300 MB.
  maxSpills: 256,
  maxSortBytes: 64 * 1024 * 1024,
  stagedFileBytes: 32 * 1024 * 1024,
  // Amortizes a request over several frames.
  maxReadBytes: 4 * 1024 * 1024,
  // Every reader opens all of them. With 8, a change is written at most twice in the first 36 backups behind a base:
  // 30 daily ones at 1 percent churn come to about 1.5 full copies.
  maxRuns: 8,
  // Folding rewrites the base: at a half, each byte of change causes at most three bytes of writing for it, and a
  // snapshot is never larger than 1.5 times its content.
  foldShare: 0.5,
  // Enough to make the cost of awaiting a batch vanish.
  batchEntries: 512,
};
