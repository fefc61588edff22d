/** The engine's sizes, kept in one place with their reasons. */
export const limits = {
  /**
   * A frame is closed at so many bytes before compression. Larger frames compress a few percent better; smaller ones
   * make reading one item and copying untouched frames cheaper. 1 MiB reads in one S3 request of 200 to 400 KB.
   */
  frameBytes: 1024 * 1024,
  /** A partition aims at so many bytes of lines: one Lambda merges it in well under a minute. */
  partitionBytes: 256 * 1024 * 1024,
  /** Partitions of one snapshot: 16,384 of 256 MiB are 4 TiB, and their manifest stays below a few megabytes. */
  maxPartitions: 16_384,
  /** Ranges of one apply or restore, each a Map item: a power of two below the 500 of `workflow/states.ts`. */
  maxRanges: 256,
  /** Changes that are parsed and sorted in memory at a time; with the sorted copy about three times that in use. */
  sortBytes: 64 * 1024 * 1024,
  /** A staged file is closed at so many bytes before compression, so that a task can stop between files. */
  stagedFileBytes: 32 * 1024 * 1024,
  /** Compressed bytes fetched in one ranged read of a run: amortizes a request over several frames. */
  readBytes: 4 * 1024 * 1024,
} as const;
