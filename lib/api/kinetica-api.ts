import { Construct } from 'constructs';
import { TidemarkFunction } from '../functions/tidemark-function.ts';
import type { NativeRestore } from '../native/native-restore.ts';
import type { Machines, StackParts } from '../stack-parts.ts';
import { letStart } from '../workflow/machine.ts';
import { DialectApi } from './dialect-api.ts';

export interface KineticaApiProps extends StackParts {
  readonly machines: Machines;
  /** The function that requests restores from DynamoDB itself: another dialect's set may have DynamoDB's own backups. */
  readonly nativeRestore: NativeRestore;
}

/** The endpoint of the Kinetica dialect, with the function that answers it. */
export class KineticaApi extends Construct {
  readonly endpoint: DialectApi;

  constructor(scope: Construct, id: string, props: KineticaApiProps) {
    super(scope, id);
    const { settings } = props;
    this.endpoint = new DialectApi(this, 'Endpoint', {
      dialect: 'Kinetica',
      handler: this.createHandler(props),
      settings,
    });
  }

  private createHandler(props: KineticaApiProps): TidemarkFunction {
    const { settings, catalog, store, tables, machines, nativeRestore } = props;
    const handler = new TidemarkFunction(this, 'Handler', {
      handler: 'kinetica-api',
      size: 'request',
      settings,
    });
    catalog.grantReadWrite(handler);
    catalog.grantSinks(handler);
    catalog.grantRestoreRequests(handler);
    // Verifying a snapshot reads what is stored.
    store.grantRead(handler, 'tables');
    store.grantSinkCheck(handler);
    tables.grant(
      handler,
      'dynamodb:DescribeTable',
      'dynamodb:DescribeTimeToLive',
      'dynamodb:DescribeContinuousBackups',
      'dynamodb:ListTagsOfResource',
    );
    tables.grantBackups(handler, 'dynamodb:DescribeBackup', 'dynamodb:DeleteBackup');
    tables.grantListTables(handler);
    letStart(handler, 'backup', machines.backup.stateMachineArn);
    letStart(handler, 'restore', machines.restore.stateMachineArn);
    nativeRestore.letRestore(handler);
    return handler;
  }
}
