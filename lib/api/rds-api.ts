import { Construct } from 'constructs';
import { TidemarkFunction } from '../functions/tidemark-function.ts';
import type { Machines, StackParts } from '../stack-parts.ts';
import { letStart } from '../workflow/machine.ts';
import { DialectApi } from './dialect-api.ts';

export interface RdsApiProps extends StackParts {
  readonly machines: Machines;
}

/** The endpoint of the RDS dialect, with the function that answers it. */
export class RdsApi extends Construct {
  readonly endpoint: DialectApi;

  constructor(scope: Construct, id: string, props: RdsApiProps) {
    super(scope, id);
    const { settings } = props;
    this.endpoint = new DialectApi(this, 'Endpoint', {
      dialect: 'RDS',
      handler: this.createHandler(props),
      settings,
    });
  }

  private createHandler(props: RdsApiProps): TidemarkFunction {
    const { settings, catalog, tables, machines } = props;
    const handler = new TidemarkFunction(this, 'Handler', { handler: 'rds-api', size: 'request', settings });
    catalog.grantReadWrite(handler);
    catalog.grantNonces(handler);
    tables.grant(
      handler,
      'dynamodb:DescribeTable',
      'dynamodb:DescribeTimeToLive',
      'dynamodb:DescribeContinuousBackups',
      'dynamodb:CreateBackup',
      'dynamodb:ListTagsOfResource',
    );
    tables.grantBackups(handler, 'dynamodb:DescribeBackup', 'dynamodb:DeleteBackup');
    tables.grantListTables(handler);
    letStart(handler, 'backup', machines.backup.stateMachineArn);
    return handler;
  }
}
