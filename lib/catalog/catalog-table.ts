import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Conditions, IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { index, ttlAttribute } from '../../lambda/catalog/schema.ts';
import { allow } from '../rights/allow.ts';

const readActions = ['dynamodb:GetItem', 'dynamodb:Query'];

/** The other actions that read or write items. No function needs them. */
const otherItemActions = [
  'dynamodb:BatchGetItem',
  'dynamodb:BatchWriteItem',
  'dynamodb:Scan',
  'dynamodb:PartiQLSelect',
  'dynamodb:PartiQLInsert',
  'dynamodb:PartiQLUpdate',
  'dynamodb:PartiQLDelete',
];

const writeActions = ['ConditionCheckItem', 'PutItem', 'UpdateItem', 'DeleteItem'].map(
  (action) => `dynamodb:${action}`,
);

/** The first words of the partition keys of all records except those of restores. */
const backupPartitions = ['TABLE', 'SETS', 'NATIVE', 'COUNTER', 'REQUEST'];

/** The table of the catalog's records: backups, snapshots, heads, turns and restores. It outlives the stack. */
export class CatalogTable extends Construct {
  readonly table: Table;
  /** The actions that each grantee may do. */
  private readonly allowed = new Map<IGrantable, Set<string>>();

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      timeToLiveAttribute: ttlAttribute,
    });
    this.table.addGlobalSecondaryIndex({
      indexName: index.name,
      partitionKey: { name: index.partition, type: AttributeType.STRING },
      sortKey: { name: index.sort, type: AttributeType.STRING },
      projectionType: ProjectionType.ALL,
    });
  }

  /** Allows reading all records. */
  grantRead(grantee: IGrantable): void {
    this.allow(grantee, readActions, [this.table.tableArn, `${this.table.tableArn}/index/*`]);
  }

  /** Allows the writes of a request for a backup: creating records, marking native backups, and counting requests. */
  grantBackupRequests(grantee: IGrantable): void {
    this.grantRead(grantee);
    this.grantKeys(
      grantee,
      ['TABLE', 'NATIVE', 'REQUEST', 'COUNTER'],
      ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
    );
    // The record of a native backup that DynamoDB refuses is deleted. The right does not cover other records of backups.
    this.grantKeys(grantee, ['NATIVE', 'REQUEST'], ['dynamodb:DeleteItem']);
  }

  /** Allows the writes of a request for a backup set: creating its records, and recording how the last one of its name ended. */
  grantSetRequests(grantee: IGrantable): void {
    this.grantKeys(grantee, ['SETS'], ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem']);
  }

  /** Allows finding the place of a data sink that a request has made, and reading no other record. */
  grantReadSinks(grantee: IGrantable): void {
    this.grantKeys(grantee, ['SINKS'], ['dynamodb:GetItem']);
  }

  /** Allows making and dropping data sinks. */
  grantSinks(grantee: IGrantable): void {
    this.grantKeys(grantee, ['SINKS'], ['dynamodb:PutItem', 'dynamodb:UpdateItem']);
  }

  /** Allows the writes of a deletion: moving the backup's record to the deleted ones, and ending its snapshot. */
  grantBackupDeletion(grantee: IGrantable): void {
    this.grantRead(grantee);
    this.grantKeys(
      grantee,
      ['TABLE', 'NATIVE'],
      ['dynamodb:ConditionCheckItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
    );
    // Deleting a set moves its record. The set of a backup records its deletion in the same transaction.
    this.grantSetRequests(grantee);
  }

  /** Allows using up the nonces of signed requests. */
  grantNonces(grantee: IGrantable): void {
    this.grantKeys(grantee, ['NONCE'], ['dynamodb:UpdateItem']);
  }

  /** Allows the writes of a request for a restore: creating its record, holding its snapshot and counting restores. */
  grantRestoreRequests(grantee: IGrantable): void {
    this.grantRead(grantee);
    this.grantKeys(grantee, ['RESTORE'], ['dynamodb:PutItem']);
    this.grantKeys(grantee, ['TABLE', 'COUNTER'], ['dynamodb:UpdateItem']);
  }

  /**
   * Allows requests to create this table, although it exists: DynamoDB refuses them, but first checks the settings in the
   * request. So a restore learns whether DynamoDB accepts a table's settings before it creates the table.
   */
  grantCheckOfSettings(grantee: IGrantable): void {
    this.allow(grantee, ['dynamodb:CreateTable'], [this.table.tableArn]);
  }

  /** Allows recording damage on snapshots and tables, and no other change of them. */
  grantDamageNotes(grantee: IGrantable): void {
    this.allow(grantee, ['dynamodb:GetItem'], [this.table.tableArn]);
    this.allow(grantee, ['dynamodb:UpdateItem'], [this.table.tableArn], {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['TABLE#*'] },
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'damage', 'distrust'] },
    });
  }

  /** Allows actions on the records whose partition keys begin with one of these words: lambda/catalog/schema.ts has them. */
  private grantKeys(grantee: IGrantable, partitions: readonly string[], actions: readonly string[]): void {
    this.allow(grantee, actions, [this.table.tableArn], {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions.map((partition) => `${partition}#*`) },
    });
  }

  private allow(
    grantee: IGrantable,
    actions: readonly string[],
    resources: readonly string[],
    conditions?: Conditions,
  ): void {
    allow(grantee, actions, resources, conditions);
    const allowed = this.allowed.get(grantee) ?? new Set();
    for (const action of actions) allowed.add(action);
    this.allowed.set(grantee, allowed);
  }

  /** Denies the grantee every action on the table that this class has not allowed. Call this after all grants. */
  denyOtherActions(grantee: IGrantable): void {
    const allowed = [...(this.allowed.get(grantee) ?? [])];
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        ...(allowed.length > 0 ? { notActions: allowed } : { actions: ['dynamodb:*'] }),
        resources: [this.table.tableArn, `${this.table.tableArn}/*`],
      }),
    );
  }

  /**
   * Denies the records to everybody else, by the table's own policy: even to administrators, who must first remove that
   * policy. Backups of the table and its recovery stay allowed. Call this after all grants.
   */
  denyOtherPrincipals(): void {
    const owners = [...this.allowed.keys()].flatMap(({ grantPrincipal }) => {
      const { policyFragment } = grantPrincipal;
      return policyFragment.principalJson['AWS'] ?? [];
    });
    this.table.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: [...readActions, ...writeActions, ...otherItemActions],
        // The policy cannot name the table to which it belongs. It applies only to that table.
        resources: ['*'],
        conditions: { ArnNotEquals: { 'aws:PrincipalArn': owners } },
      }),
    );
  }

  /**
   * Allows the reads and writes of the sweep: reading records, marking snapshots as dead and removing the records of dead
   * ones.
   */
  grantSweep(grantee: IGrantable): void {
    this.grantRead(grantee);
    this.grantKeys(
      grantee,
      ['TABLE'],
      ['dynamodb:ConditionCheckItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
    );
  }

  /**
   * Allows reading all records, and writing all except those of restores. A transaction needs no right of its own: DynamoDB
   * checks each of its parts.
   */
  grantReadWrite(grantee: IGrantable): void {
    this.grantRead(grantee);
    this.grantKeys(grantee, backupPartitions, writeActions);
  }

  /** Allows writing the records of restores too. */
  grantReadWriteRestores(grantee: IGrantable): void {
    this.grantRead(grantee);
    this.grantKeys(grantee, [...backupPartitions, 'RESTORE'], writeActions);
  }
}
