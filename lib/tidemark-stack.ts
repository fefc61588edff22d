import { Annotations, CfnOutput, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { environment } from '../lambda/runtime/environment.ts';
import { createAuditQuery } from './api/audit-query.ts';
import { DynamodbApi } from './api/dynamodb-api.ts';
import type { DialectApi } from './api/dialect-api.ts';
import { KineticaApi } from './api/kinetica-api.ts';
import { RdsApi } from './api/rds-api.ts';
import { CatalogTable } from './catalog/catalog-table.ts';
import { exampleTables } from './config/schema.ts';
import type { TidemarkConfig } from './config/tidemark-config.ts';
import { TidemarkFunction } from './functions/tidemark-function.ts';
import { ReadyPolicies } from './api/ready-policies.ts';
import { denyOthers } from './rights/deny-others.ts';
import { FailureAlarms } from './monitoring/failure-alarms.ts';
import { Sweep } from './retention/sweep.ts';
import { NativeRestore } from './native/native-restore.ts';
import { BackupSchedules } from './schedules/backup-schedules.ts';
import { Reconciler } from './schedules/reconciler.ts';
import type { Machines, StackParts } from './stack-parts.ts';
import { SnapshotBucket } from './store/snapshot-bucket.ts';
import { SecretKey } from './rights/secret-key.ts';
import { UserTables } from './rights/user-tables.ts';
import { BackupWorkflow } from './workflow/backup-workflow.ts';
import { RestoreWorkflow } from './workflow/restore-workflow.ts';

export interface TidemarkStackProps extends StackProps {
  /** The settings that the owner of the deployment chooses. */
  readonly config: TidemarkConfig;
}

/**
 * All of Tidemark in one account and region: the catalog and the store, which hold the backups; the two state machines, which
 * make and restore them; the endpoint, the schedules, the reconciler and the sweep, which start work; and the alarms. Each
 * folder of `lib/` has the constructs of one of these, `rights/` has their rights to user tables.
 */
export class TidemarkStack extends Stack {
  readonly backup: BackupWorkflow;
  readonly restore: RestoreWorkflow;
  readonly api: DynamodbApi;
  readonly policies: ReadyPolicies;

  constructor(scope: Construct, id: string, props: TidemarkStackProps) {
    super(scope, id, props);
    const { config } = props;
    if (config.tables === exampleTables) {
      Annotations.of(this).addWarningV2(
        'tidemark:tables',
        `Only tables named ${exampleTables.join(', ')} can be backed up: set \`tables\` in the configuration`,
      );
    }
    const catalog = new CatalogTable(this, 'Catalog');
    const store = new SnapshotBucket(this, 'Store', { prefix: config.prefix, sinks: config.sinks });
    const tables = new UserTables(this, config.tables);
    const secret = new SecretKey(this, 'Secret', { signs: 'tags of restored tables and staged objects' });
    const settings = {
      logRetention: config.logRetentionDays,
      environment: {
        [environment.catalogTable]: catalog.table.tableName,
        [environment.catalogArn]: catalog.table.tableArn,
        [environment.bucket]: store.bucket.bucketName,
        [environment.bucketKey]: store.keyArn,
        [environment.prefix]: config.prefix,
        [environment.secretKey]: secret.key.keyArn,
        [environment.missingStream]: config.missingStream,
        [environment.base]: config.base,
        [environment.missingRecovery]: config.missingRecovery,
        [environment.settleSeconds]: String(config.settleSeconds),
        [environment.scanSegments]: String(config.scanSegments),
        [environment.restoreBy]: config.restoreBy,
        [environment.tables]: JSON.stringify(config.tables),
        [environment.groups]: JSON.stringify(config.groups),
        // The member `folder` is only for `npm start`.
        [environment.sinks]: JSON.stringify(config.sinks.map(({ folder: _folder, ...sink }) => sink)),
      },
    };
    const parts: StackParts = { catalog, store, tables, secret, settings };
    const workflow = { ...parts, maxConcurrency: config.maxConcurrency };
    this.backup = new BackupWorkflow(this, 'Backup', {
      ...workflow,
      missingStream: config.missingStream,
      missingRecovery: config.missingRecovery,
    });
    this.restore = new RestoreWorkflow(this, 'Restore', workflow);
    const machines: Machines = { backup: this.backup.machine, restore: this.restore.machine };
    const nativeRestore = new NativeRestore(this, 'NativeRestore', parts);
    this.api = new DynamodbApi(this, 'DynamodbApi', {
      ...parts,
      machines,
      nativeRestore,
      reservedConcurrency: config.reservedConcurrency,
    });
    const rds = config.dialects.includes('rds')
      ? new RdsApi(this, 'RdsApi', { ...parts, machines }).endpoint
      : undefined;
    const kinetica = config.dialects.includes('kinetica')
      ? new KineticaApi(this, 'KineticaApi', { ...parts, machines, nativeRestore }).endpoint
      : undefined;
    const dialects = [rds, kinetica].filter((endpoint) => endpoint !== undefined);
    createAuditQuery(this, [...this.api.handlers, ...dialects.map(({ handler }) => handler)]);
    const schedules = new BackupSchedules(this, 'Schedules', {
      ...parts,
      machine: machines.backup,
      schedules: config.schedules,
    });
    const reconciler = new Reconciler(this, 'Reconciler', { ...parts, machines });
    const sweep = new Sweep(this, 'Sweep', parts);
    const { topic } = new FailureAlarms(this, 'Monitoring', {
      machines,
      undelivered: schedules.undelivered,
      functions: { schedule: schedules.handler, reconcile: reconciler.handler, sweep: sweep.handler },
      faults: {
        ...(rds && { RdsFailed: rds.metricFaults() }),
        ...(kinetica && { KineticaFailed: kinetica.metricFaults() }),
      },
    });

    this.policies = new ReadyPolicies(this, 'Policies', { api: this.api, teams: config.teams });
    const functions = this.node.findAll().filter((each) => each instanceof TidemarkFunction);
    denyOthers(functions, catalog, tables.taggers);
    catalog.denyOtherPrincipals();

    this.output('ApiUrl', this.api.url, 'Endpoint for all operations; the paths of the verbs are below it');
    const arns = this.api.invokeArns().join(',');
    this.output('ApiArns', arns, 'ARNs on which to allow execute-api:Invoke for all operations');
    this.outputDialect('Rds', 'RDS', rds);
    this.outputDialect('Kinetica', 'Kinetica', kinetica);
    this.output('BucketName', store.bucket.bucketName, 'Bucket that holds the backups');
    this.output('CatalogTableName', catalog.table.tableName, 'Table that holds the records of the backups');
    this.output('BackupMachineArn', machines.backup.stateMachineArn, 'State machine that makes backups');
    this.output('RestoreMachineArn', machines.restore.stateMachineArn, 'State machine that restores backups');
    this.output('FailureTopicArn', topic.topicArn, 'Topic to subscribe to for news of failures');
  }

  private outputDialect(id: string, name: string, endpoint: DialectApi | undefined): void {
    if (endpoint === undefined) return;
    this.output(`${id}Url`, endpoint.url, `Endpoint of the ${name} dialect`);
    const { secretArn } = endpoint.secret;
    this.output(`${id}KeysArn`, secretArn, `Secret to put the keys of the ${name} dialect into`);
  }

  private output(id: string, value: string, description: string): CfnOutput {
    return new CfnOutput(this, id, { value, description });
  }
}
