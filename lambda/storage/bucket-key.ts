/** A place in a bucket, for example for the files of an export. */
export interface BucketPlace {
  readonly bucket: string;
  /** The prefix of every key in this place, from the bucket's root, without a slash at its end; '' for none. */
  readonly prefix: string;
  /** The ARN of the KMS key that encrypts the objects there; without one, S3 encrypts with its own key. */
  readonly keyArn?: string;
}

/**
 * Turns a key of the store into a key of the bucket. `prefix`: the store's prefix, without slashes at its ends; may be
 * empty.
 */
export function toBucketKey(prefix: string, key: string): string {
  return prefix === '' ? key : `${prefix}/${key}`;
}
