import { parseMembers } from './call-members.ts';
import { type Answer, invalidValues, refuseCall } from './refusal.ts';

const onTags = /^(?:TagResource|UntagResource|ListTagsOfResource)$/;

/** The maximum length of an ARN in DynamoDB. */
const maxArnLength = 1024;

/**
 * Refuses tags of backups and streams, as DynamoDB does: only tables have tags. The embedded database would use the table
 * in the ARN. Returns undefined for other calls.
 */
export function refuseTags(operation: string, body: string): Answer | undefined {
  if (!onTags.test(operation)) return undefined;
  const { ResourceArn } = parseMembers(body);
  const arn = typeof ResourceArn === 'string' ? ResourceArn.slice(0, maxArnLength) : '';
  const [, part] = /:table\/[^/]+\/(backup|stream)\//.exec(arn) ?? [];
  if (part === 'backup')
    return refuseCall(
      'ValidationException',
      `${invalidValues}Provided Arn is not a DynamoDB resource arn: ${arn}`,
    );
  if (part === 'stream')
    return refuseCall(
      'ResourceNotFoundException',
      `Requested resource not found: ResourceArn: ${arn} not found`,
    );
  return undefined;
}
