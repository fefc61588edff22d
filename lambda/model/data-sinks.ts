import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A named destination of backups. It holds no credential: roles and keys belong to the deployment. */
export interface DataSink {
  readonly name: string;
  /** The place of its objects, as it is shown to people: `s3://bucket/prefix` or `file:///folder`. */
  readonly destination: string;
}

/** The name of the sink that every deployment has: its own bucket, or on one machine the folder of its store. */
export const defaultSink = 'default';

/**
 * The snapshots of one table in one data sink, each of which may continue an earlier one. It has a head, a turn and pending
 * backups of its own. Without `sink`, the data sink is the default one.
 */
export interface Lineage {
  /** The name of the table. */
  readonly table: string;
  readonly sink?: string | undefined;
}

/** The key of the object by which a sink shows that it can be written and read. It stays there, and is never replaced. */
export const probeKey = 'tidemark-sink.json';

/** The storage classes of S3 from which an object can be read at once. */
export const storageClasses = [
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
] as const;

/** A data sink as the configuration gives it. */
export interface ConfiguredSink {
  readonly name: string;
  readonly bucket: string;
  /** The prefix of its keys, without a slash at its start or end. @default the bucket's root */
  readonly prefix?: string;
  /** The ARN of the KMS key that encrypts its objects. @default the bucket's own encryption */
  readonly kmsKey?: string;
  /** @default the bucket's own */
  readonly storageClass?: (typeof storageClasses)[number];
  /** Requests may make data sinks below its prefix. @default false */
  readonly allowsNewSinks?: boolean;
  /** On one machine: the folder that stands for the bucket. */
  readonly folder?: string;
  /** The role that reads and writes it. @default the functions' own roles */
  readonly role?: SinkRole;
}

/** A data sink that a request has made below a configured one. */
export interface MadeSink {
  readonly name: string;
  /** The name of the configured sink, whose bucket, key and role it uses. */
  readonly parent: string;
  /** The prefix of its keys from the bucket's root. It never changes, even if the sink is dropped and made again. */
  readonly prefix: string;
  /** Who made it. */
  readonly requestedBy?: string;
  /** Set once it was dropped: no request may name it, but the sweep still deletes its remaining objects. */
  readonly dropped?: true;
}

/** The form of the name of a sink. */
export const sinkNameForm = String.raw`^[\w.-]{1,64}$`;

/** The form of a prefix of keys. */
export const prefixForm = String.raw`^[\w-][\w.-]*(/[\w-][\w.-]*)*$`;

/** A role, perhaps of another account, that the functions assume. */
export interface SinkRole {
  readonly arn: string;
  readonly externalId?: string;
}

/** Returns the member `sink` of a record or a request. The default sink has no member, even if the caller names it. */
export function toSinkMember(name: string | undefined): { readonly sink?: string } {
  return name === undefined || name === defaultSink ? {} : { sink: name };
}

/** True if one of the places lies in the other one. */
export function doOverlap(one: SinkPlace, other: SinkPlace): boolean {
  const [a, b] = [toFolder(one), toFolder(other)];
  return a.startsWith(b) || b.startsWith(a);
}

type SinkPlace = Pick<ConfiguredSink, 'bucket' | 'prefix'>;

function toFolder({ bucket, prefix = '' }: SinkPlace): string {
  return prefix === '' ? `${bucket}/` : `${bucket}/${prefix}/`;
}

/** Returns the destination of a sink as people write it: `s3://bucket/prefix` or `file:///folder`. */
export function destinationOf({ bucket, prefix = '', folder }: ConfiguredSink): string {
  if (folder !== undefined) return pathToFileURL(join(folder, prefix)).href;
  return `s3://${[bucket, prefix].filter(Boolean).join('/')}`;
}
