import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Machine } from '../../lambda/jobs/job.ts';
import type { ConfiguredSink } from '../../lambda/model/data-sinks.ts';
import { allow } from '../rights/allow.ts';
import { DataSinks } from './data-sinks.ts';

/** The two parts of the store: `tables` has the snapshots, `staging` the files of running jobs. */
export type Area = 'staging' | 'tables';

/** The staging folders of each machine's jobs. A backup's id begins with the time in 14 digits: a 0, until the year 2286. */
const stagingFolders: Readonly<Record<Machine, string>> = {
  backup: 'staging/0*',
  restore: 'staging/restore-*',
};

export interface SnapshotBucketProps {
  /** Prefix of every key, without a slash at its start or end. It may be empty. */
  readonly prefix: string;
  /** The other data sinks. A function that may read or write snapshots here may do so there. */
  readonly sinks: readonly ConfiguredSink[];
}

/** The bucket of runs, manifests and staged files, and its encryption key. Both outlive the stack. */
export class SnapshotBucket extends Construct {
  readonly bucket: Bucket;
  private readonly key: Key;
  private readonly prefix: string;
  private readonly sinks: DataSinks;

  constructor(scope: Construct, id: string, props: SnapshotBucketProps) {
    super(scope, id);
    this.prefix = props.prefix === '' ? '' : `${props.prefix}/`;
    this.sinks = new DataSinks(this, props.sinks);
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
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'CloudTrail can log access to the objects. A bucket of access logs would be a second one to keep.',
    });
    this.requireFreeKeys();
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
    if (areas.includes('tables')) this.sinks.grantRead(grantee);
  }

  /** Allows storing objects of snapshots, but not deleting them: runs or manifests. */
  grantWrite(grantee: IGrantable, kind: 'runs' | 'snapshots'): void {
    this.grantPut(grantee, `tables/*/${kind}/*`);
    this.sinks.grantWrite(grantee, kind);
  }

  /** Allows checking whether the other data sinks can be used, as a request does that names one. */
  grantSinkCheck(grantee: IGrantable, by: 'reading' | 'writing' = 'writing'): void {
    this.sinks.grantCheck(grantee, by);
  }

  /**
   * Allows storing objects of these names in the staging folders of the machine's jobs, and the notes of failures there. So
   * a step cannot write the objects that another step publishes.
   */
  grantStage(grantee: IGrantable, machine: Machine, ...names: readonly string[]): void {
    this.grantPut(grantee, ...['failure/*', ...names].map((name) => `${stagingFolders[machine]}/${name}`));
  }

  /**
   * Allows starting DynamoDB's export of a table into staging, for a function that may store objects there. The rights are
   * those of "Requesting a table export" in DynamoDB's Developer Guide. DynamoDB requires the right to set an ACL, although
   * only an export to another account needs it.
   */
  grantExport(grantee: IGrantable): void {
    allow(grantee, ['s3:PutObjectAcl'], [this.arnOf(`${stagingFolders.backup}/export/*`)]);
  }

  /** Allows the actions of the sweep: listing and deleting objects of both areas, and reading manifests. */
  grantSweep(grantee: IGrantable): void {
    this.grant(grantee, ['s3:DeleteObject'], ['staging', 'tables']);
    this.grantKey(grantee, 'kms:Decrypt');
    allow(grantee, ['s3:GetObject'], [this.bucket.arnForObjects(`${this.prefix}tables/*/snapshots/*`)]);
    allow(grantee, ['s3:ListBucket'], [this.bucket.bucketArn], {
      StringLike: { 's3:prefix': [`${this.prefix}staging/*`, `${this.prefix}tables/*`] },
    });
    this.sinks.grantSweep(grantee);
  }

  /**
   * Denies everybody to replace an object, regardless of other rights: a put must have the condition that the key is free.
   * S3 checks a multipart upload when it is completed. Two kinds of staged objects are exempt: DynamoDB's exports, whose
   * requests Tidemark does not make, and notes of failures, of which the last one counts. See
   * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
   */
  private requireFreeKeys(): void {
    const statement = new PolicyStatement({
      sid: 'ReplaceNothing',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['s3:PutObject'],
      notResources: [
        this.arnOf(`${stagingFolders.backup}/export/*`),
        ...Object.values(stagingFolders).map((folder) => this.arnOf(`${folder}/failure/*`)),
      ],
      conditions: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
    });
    this.bucket.addToResourcePolicy(statement);
  }

  private grantPut(grantee: IGrantable, ...keys: readonly string[]): void {
    allow(
      grantee,
      ['s3:PutObject', 's3:AbortMultipartUpload'],
      keys.map((key) => this.arnOf(key)),
    );
    // S3 decrypts the parts of a multipart upload to join them.
    this.grantKey(grantee, 'kms:GenerateDataKey', 'kms:Decrypt');
  }

  private grant(grantee: IGrantable, actions: string[], areas: readonly Area[]): void {
    allow(
      grantee,
      actions,
      areas.map((area) => this.arnOf(`${area}/*`)),
    );
  }

  private arnOf(keys: string): string {
    return this.bucket.arnForObjects(`${this.prefix}${keys}`);
  }

  private grantKey(grantee: IGrantable, ...actions: string[]): void {
    allow(grantee, actions, [this.key.keyArn], {
      StringEquals: { 'kms:ViaService': `s3.${Stack.of(this).region}.amazonaws.com` },
    });
  }
}
