import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/** The two parts of the store: what backups are made of, and what is only on its way there. */
export type Area = 'staging' | 'tables';

export interface SnapshotBucketProps {
  /** Key prefix without slashes at its ends; may be empty. */
  readonly prefix: string;
}

/** The bucket of runs, manifests and staged files, and its key. Both outlive the stack. */
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
      // One data key serves many objects: KMS is asked, and paid, less often.
      bucketKeyEnabled: true,
      versioned: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        // A deletion by mistake can be taken back so long.
        { noncurrentVersionExpiration: Duration.days(30), expiredObjectDeleteMarker: true },
        // Longer than any execution works. Nobody restores from staging: what the sweep deletes there is not kept.
        {
          prefix: `${this.prefix}staging/`,
          expiration: Duration.days(21),
          noncurrentVersionExpiration: Duration.days(1),
        },
        { abortIncompleteMultipartUploadAfter: Duration.days(2) },
      ],
    });
  }

  grantRead(grantee: IGrantable, ...areas: readonly Area[]): void {
    this.grant(grantee, ['s3:GetObject'], areas);
    this.grantKey(grantee, 'kms:Decrypt');
    // Without it S3 answers for a missing object that access is denied, not that the object is missing.
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] }),
    );
  }

  /** Storing objects; no right to delete any. */
  grantWrite(grantee: IGrantable, ...areas: readonly Area[]): void {
    this.grant(grantee, ['s3:PutObject', 's3:AbortMultipartUpload'], areas);
    // The parts of a multipart upload are decrypted to be put together.
    this.grantKey(grantee, 'kms:GenerateDataKey', 'kms:Decrypt');
  }

  /**
   * Having DynamoDB export a table into staging. Rights: "Requesting a table export", DynamoDB Developer Guide; the ACL is of
   * an export from another account, and asked for all the same.
   */
  grantExport(grantee: IGrantable): void {
    this.grantWrite(grantee, 'staging');
    this.grant(grantee, ['s3:PutObjectAcl'], ['staging']);
  }

  /** Listing and deleting objects of both areas, and reading manifests: for the sweep alone. */
  grantSweep(grantee: IGrantable): void {
    this.grant(grantee, ['s3:DeleteObject'], ['staging', 'tables']);
    this.grantKey(grantee, 'kms:Decrypt');
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['s3:GetObject'],
        resources: [this.bucket.arnForObjects(`${this.prefix}tables/*/snapshots/*`)],
      }),
    );
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [this.bucket.bucketArn],
        conditions: { StringLike: { 's3:prefix': [`${this.prefix}staging/*`, `${this.prefix}tables/*`] } },
      }),
    );
  }

  private grant(grantee: IGrantable, actions: string[], areas: readonly Area[]): void {
    const resources = areas.map((area) => this.bucket.arnForObjects(`${this.prefix}${area}/*`));
    grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources }));
  }

  private grantKey(grantee: IGrantable, ...actions: string[]): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions,
        resources: [this.key.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `s3.${Stack.of(this).region}.amazonaws.com` } },
      }),
    );
  }
}
