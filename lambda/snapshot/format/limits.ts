/** The engine's sizes and limits. Bytes are bytes of lines before compression, unless stated otherwise. Tests use small values. */
export interface Limits {
  /** A frame is closed by the line with which it reaches this many bytes. */
  readonly frameBytes: number;
  /** The same limit for a frame of a spill. */
  readonly spillFrameBytes: number;
  /** The target size of a partition. */
  readonly partitionBytes: number;
  /** The maximum number of partitions of a snapshot, a power of two. */
  readonly maxPartitions: number;
  /**
   * The maximum number of ranges of one apply or restore. Each is a Map item, so it is a power of two below the 500 of
   * `jobs/states.ts`.
   */
  readonly maxRanges: number;
  /** The target size of the staged files that one task partitions. */
  readonly taskBytes: number;
  /** Once an invocation of such a task has read this many bytes, it starts no further file. */
  readonly partBytes: number;
  /**
   * The maximum number of spills that one apply opens at once. If there are many tasks, each part of a task may add one
   * more.
   */
  readonly maxSpills: number;
  /** The maximum size of the changes that are sorted in memory at once. */
  readonly maxSortBytes: number;
  /** A staged file is closed once it has this many bytes, so that a task can stop between files. */
  readonly stagedFileBytes: number;
  /** The maximum number of compressed bytes in one ranged read of a run, unless a single frame is larger. */
  readonly maxReadBytes: number;
  /**
   * The maximum number of compressed bytes that a merge of runs has in memory, in use and fetched ahead, unless single
   * frames are larger.
   */
  readonly maxAheadBytes: number;
  /**
   * The maximum number of runs that a reader opens for a key. Delta runs are merged with each other before a key would have
   * more.
   */
  readonly maxRuns: number;
  /** A partition is folded into a new base run once its delta runs come to this share of its base run. */
  readonly foldShare: number;
  /** The number of entries in one batch of a merge. */
  readonly batchEntries: number;
}

/** The values that a deployment uses, with their reasons. */
export const defaultLimits: Limits = {
  // Larger frames compress a few percent better; smaller ones make it cheaper to read one item and to copy frames that
  // did not change. A frame of 1 MiB is read by one S3 request of 200 to 400 KB.
  frameBytes: 1024 * 1024,
  // Applying a range reads all spills at the same time and keeps one frame of each in memory.
  spillFrameBytes: 128 * 1024,
  // One Lambda merges 256 MiB in well under a minute.
  partitionBytes: 256 * 1024 * 1024,
  // 16,384 partitions of 256 MiB are 4 TiB, and their manifest is at most a few megabytes.
  maxPartitions: 16_384,
  maxRanges: 256,
  // A fraction of a minute of work: smaller tasks would cost more in invocations and objects than they save in time.
  taskBytes: 256 * 1024 * 1024,
  // If there are many tasks, each merges its spills into one. That takes some twenty of the sixty seconds in reserve.
  partBytes: 2 * 1024 * 1024 * 1024,
  // 256 spills are 32 MB of frames; a table of 4 TiB has about 2,300 spills, and 300 MB of frames.
  maxSpills: 256,
  maxSortBytes: 64 * 1024 * 1024,
  stagedFileBytes: 32 * 1024 * 1024,
  // One request fetches several frames.
  maxReadBytes: 4 * 1024 * 1024,
  // Nine runs, the most that a key has, get 3.5 MiB a request each.
  maxAheadBytes: 64 * 1024 * 1024,
  // Every reader opens all runs of a partition. With 8, a change is written at most twice in the first 36 backups after a
  // base: 30 daily backups that each change 1 percent come to about 1.5 full copies.
  maxRuns: 8,
  // A fold rewrites the base run. At a half, each changed byte causes at most three bytes to be written, and a snapshot
  // is never larger than 1.5 times its content.
  foldShare: 0.5,
  // Enough to make the cost of awaiting a batch negligible.
  batchEntries: 512,
};
