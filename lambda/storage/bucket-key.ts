/** A key of the store as a key from the bucket's root. `prefix`: the store's, without slashes at its ends; may be empty. */
export function bucketKey(prefix: string, key: string): string {
  return prefix === '' ? key : `${prefix}/${key}`;
}
