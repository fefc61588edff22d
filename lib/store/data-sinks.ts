import { Stack } from 'aws-cdk-lib';
import type { Conditions, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { type ConfiguredSink, probeKey } from '../../lambda/model/data-sinks.ts';
import { allow } from '../rights/allow.ts';

/**
 * The rights to the configured data sinks, whose buckets belong to their owners. For a sink with a role a function gets only the
 * right to assume that role, for all that it does there.
 */
export class DataSinks {
  private readonly stack: Stack;
  private readonly own: readonly ConfiguredSink[];
  private readonly roles: readonly string[];

  constructor(scope: Construct, sinks: readonly ConfiguredSink[]) {
    this.stack = Stack.of(scope);
    this.own = sinks.filter(({ role }) => role === undefined);
    this.roles = sinks.flatMap(({ role }) => role?.arn ?? []);
  }

  /** Allows reading runs and manifests. */
  grantRead(grantee: IGrantable): void {
    this.grant(grantee, ['s3:GetObject'], 'tables/*');
    this.grantCommon(grantee, 'kms:Decrypt');
  }

  /** Allows storing runs or manifests, but not deleting them. */
  grantWrite(grantee: IGrantable, kind: 'runs' | 'snapshots'): void {
    this.grant(grantee, ['s3:PutObject', 's3:AbortMultipartUpload'], `tables/*/${kind}/*`);
    // S3 decrypts the parts of a multipart upload to join them.
    this.grantCommon(grantee, 'kms:GenerateDataKey', 'kms:Decrypt');
  }

  /** Allows checking whether the sinks can be read, or written and read, by one small object in each. */
  grantCheck(grantee: IGrantable, by: 'reading' | 'writing'): void {
    this.grant(grantee, ['s3:GetObject'], probeKey);
    this.grantCommon(grantee, 'kms:Decrypt');
    if (by === 'reading') return;
    this.grant(grantee, ['s3:PutObject'], probeKey);
    this.grantCommon(grantee, 'kms:GenerateDataKey');
  }

  /** Allows listing and deleting runs and manifests, and reading manifests. */
  grantSweep(grantee: IGrantable): void {
    this.grant(grantee, ['s3:DeleteObject'], 'tables/*');
    this.grant(grantee, ['s3:GetObject'], 'tables/*/snapshots/*');
    this.grantCommon(grantee, 'kms:Decrypt');
  }

  private grant(grantee: IGrantable, actions: readonly string[], keys: string): void {
    const objects = this.own.flatMap((sink) => {
      const place = `${this.bucketArn(sink)}/${toPrefix(sink)}`;
      // This includes the sinks that requests make below it.
      return sink.allowsNewSinks === true ? [`${place}${keys}`, `${place}*/${keys}`] : [`${place}${keys}`];
    });
    allowSome(grantee, actions, objects);
  }

  /** Allows what every use of a sink needs. */
  private grantCommon(grantee: IGrantable, ...keyActions: readonly string[]): void {
    // Without this right, S3 answers AccessDenied for a missing object.
    allowSome(
      grantee,
      ['s3:ListBucket'],
      this.own.map((sink) => this.bucketArn(sink)),
    );
    const keys = this.own.flatMap(({ kmsKey }) => kmsKey ?? []);
    allowSome(grantee, keyActions, keys, {
      StringEquals: { 'kms:ViaService': `s3.${this.stack.region}.amazonaws.com` },
    });
    allowSome(grantee, ['sts:AssumeRole'], this.roles);
  }

  private bucketArn({ bucket }: ConfiguredSink): string {
    return `arn:${this.stack.partition}:s3:::${bucket}`;
  }
}

function toPrefix({ prefix = '' }: ConfiguredSink): string {
  return prefix === '' ? '' : `${prefix}/`;
}

/** Adds a statement, unless it would have no resource. */
function allowSome(
  grantee: IGrantable,
  actions: readonly string[],
  resources: readonly string[],
  conditions?: Conditions,
): void {
  if (resources.length > 0) allow(grantee, actions, [...new Set(resources)], conditions);
}
