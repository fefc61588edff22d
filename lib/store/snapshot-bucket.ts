import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { allow } from '../rights/allow.ts';

/** The two parts of the store: `tables` has the snapshots, `staging` the files of jobs that are at work. */
export type Area = 'staging' | 'tables';

export interface SnapshotBucketProps {
  /** Prefix of every key, without a slash at its start or end. It may be empty. */
  readonly prefix: string;
}

/** The bucket of runs, manifests and staged files, and its encryption key. Both outlive the stack. */
export class SnapshotBucket extends Construct {
  readonly bucket: Bucket;
  private readonly key: Key;
  private readonly prefix: string;

  constructor(scope: Construct, id: string, props: SnapshotBucketProps) {
    super(scope, id);
    this.prefix = props.prefix === '' ? '' : `${props.prefix}/`;
    this.key = new Key(this, 'Key', {
      description: 'Tidemark: content of backups',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.KMS,
      encryptionKey: this.key,
      // Many objects share a data key, so fewer calls to KMS are made and billed.
      bucketKeyEnabled: true,
      versioned: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        // A deletion by mistake can be undone for 30 days.
        { noncurrentVersionExpiration: Duration.days(30), expiredObjectDeleteMarker: true },
        // 21 days are longer than any execution. Nothing is restored from staging, so deleted objects stay a day only.
        {
          prefix: `${this.prefix}staging/`,
          expiration: Duration.days(21),
          noncurrentVersionExpiration: Duration.days(1),
        },
        { abortIncompleteMultipartUploadAfter: Duration.days(2) },
      ],
    });
  }

  get keyArn(): string {
    return this.key.keyArn;
  }

  /** Allows reading objects of these areas. */
  grantRead(grantee: IGrantable, ...areas: readonly Area[]): void {
    this.grant(grantee, ['s3:GetObject'], areas);
    this.grantKey(grantee, 'kms:Decrypt');
    // Without this right, S3 answers AccessDenied for a missing object.
    allow(grantee, ['s3:ListBucket'], [this.bucket.bucketArn]);
  }

  /** Allows storing objects, but not deleting them. */
  grantWrite(grantee: IGrantable, ...areas: readonly Area[]): void {
    this.grant(grantee, ['s3:PutObject', 's3:AbortMultipartUpload'], areas);
    // S3 decrypts the parts of a multipart upload to join them.
    this.grantKey(grantee, 'kms:GenerateDataKey', 'kms:Decrypt');
  }

  /**
   * Allows starting DynamoDB's export of a table into staging. The rights are those of "Requesting a table export" in
   * DynamoDB's Developer Guide; DynamoDB requires the right to set an ACL although only an export to another account
   * needs it.
   */
  grantExport(grantee: IGrantable): void {
    this.grantWrite(grantee, 'staging');
    this.grant(grantee, ['s3:PutObjectAcl'], ['staging']);
  }

  /** Allows what only the sweep does: listing and deleting objects of both areas, and reading manifests. */
  grantSweep(grantee: IGrantable): void {
    this.grant(grantee, ['s3:DeleteObject'], ['staging', 'tables']);
    this.grantKey(grantee, 'kms:Decrypt');
    allow(grantee, ['s3:GetObject'], [this.bucket.arnForObjects(`${this.prefix}tables/*/snapshots/*`)]);
    allow(grantee, ['s3:ListBucket'], [this.bucket.bucketArn], {
      StringLike: { 's3:prefix': [`${this.prefix}staging/*`, `${this.prefix}tables/*`] },
    });
  }

  private grant(grantee: IGrantable, actions: string[], areas: readonly Area[]): void {
    allow(
      grantee,
      actions,
      areas.map((area) => this.bucket.arnForObjects(`${this.prefix}${area}/*`)),
    );
  }

  private grantKey(grantee: IGrantable, ...actions: string[]): void {
    allow(grantee, actions, [this.key.keyArn], {
      StringEquals: { 'kms:ViaService': `s3.${Stack.of(this).region}.amazonaws.com` },
    });
  }
}
