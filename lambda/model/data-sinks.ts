/** A named destination of backups. It holds no credential: roles and keys belong to the deployment. */
export interface DataSink {
  readonly name: string;
  /** The place of its objects, as it is shown to people: `s3://bucket/prefix` or `file:///folder`. */
  readonly destination: string;
}

/** The name of the sink that every deployment has: its own bucket, or on one machine the folder of its store. */
export const defaultSink = 'default';
