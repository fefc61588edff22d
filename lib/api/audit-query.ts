import { Stack } from 'aws-cdk-lib';
import { QueryDefinition, QueryString } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { auditMessage } from '../../lambda/dialects/audit-message.ts';
import { auditFields } from '../../lambda/dialects/dynamodb/audit.ts';
import type { TidemarkFunction } from '../functions/tidemark-function.ts';

/**
 * Saves a query of CloudWatch Logs Insights for the audit: each request to any dialect with its caller, operation and
 * table. `handlers` are the functions that answer requests.
 */
export function createAuditQuery(scope: Construct, handlers: readonly TidemarkFunction[]): QueryDefinition {
  return new QueryDefinition(scope, 'AuditQuery', {
    queryDefinitionName: `${Stack.of(scope).stackName}/audit`,
    queryString: new QueryString({
      fields: ['@timestamp', ...auditFields],
      filterStatements: [`message = "${auditMessage}"`],
      sort: '@timestamp desc',
      limit: 1000,
    }),
    logGroups: handlers.map(({ logGroup }) => logGroup),
  });
}
