/** A place in a bucket, for example where an export leaves its files. */
export interface BucketPlace {
  readonly bucket: string;
  /** What every key in this place starts with, from the bucket's root, without a slash at its end; '' for none. */
  readonly prefix: string;
  /** The ARN of the KMS key that encrypts what is stored there; without one, S3 encrypts by a key of its own. */
  readonly keyArn?: string;
}

/** The key in the bucket of a key in the store. `prefix`: the store's prefix, without slashes at its ends; may be empty. */
export function toBucketKey(prefix: string, key: string): string {
  return prefix === '' ? key : `${prefix}/${key}`;
}
