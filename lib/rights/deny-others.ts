import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { restoreTag } from '../../lambda/model/restore-tag-name.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';

/** The tags that decide which tables Tidemark may write and delete. */
const ownTags = `${restoreTag.split(':')[0]}:*`;

/**
 * Denies each function the access to the catalog and to the tags of tables that its work does not need: all other rights
 * depend on these two. `tables` in the configuration may be `*`, which also covers the catalog; a Deny overrides every
 * Allow. `taggers`: the functions that may change tags.
 */
export function denyOthers(
  functions: readonly IGrantable[],
  catalog: CatalogTable,
  taggers: ReadonlySet<IGrantable>,
): void {
  for (const each of functions) {
    catalog.denyOtherActions(each);
    if (taggers.has(each)) continue;
    each.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        actions: ['dynamodb:TagResource', 'dynamodb:UntagResource'],
        resources: ['*'],
        conditions: { 'ForAnyValue:StringLike': { 'aws:TagKeys': [ownTags] } },
      }),
    );
  }
}
