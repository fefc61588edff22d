import {
  type DescribeExportInput,
  type DescribeImportInput,
  type DynamoDBClient,
  DynamoDBServiceException,
  type ExportTableToPointInTimeInput,
  type ImportTableInput,
  type ListExportsInput,
  type ListImportsInput,
} from '@aws-sdk/client-dynamodb';
import { prefixes } from '../../../lambda/dialects/dynamodb/error-names.ts';
import { type JsonObject, membersOf, parseBody, renderBody } from '../../../lambda/dialects/dynamodb/json.ts';
import { dropTrailing } from '../../../lambda/runtime/drop-trailing.ts';
import { toServiceError, validationError } from './errors.ts';
import type { EmbeddedExports } from './embedded-exports.ts';

/** The operations by name. Each checks its input itself. */
const operations: ReadonlyMap<string, (exports: EmbeddedExports, input: object) => Promise<object>> = new Map(
  Object.entries({
    ExportTableToPointInTime: (exports: EmbeddedExports, input: object) =>
      exports.exportTableToPointInTime(input as ExportTableToPointInTimeInput),
    DescribeExport: (exports: EmbeddedExports, input: object) =>
      exports.describeExport(input as DescribeExportInput),
    ListExports: (exports: EmbeddedExports, input: object) => exports.listExports(input as ListExportsInput),
    ImportTable: (exports: EmbeddedExports, input: object) => exports.importTable(input as ImportTableInput),
    DescribeImport: (exports: EmbeddedExports, input: object) =>
      exports.describeImport(input as DescribeImportInput),
    ListImports: (exports: EmbeddedExports, input: object) => exports.listImports(input as ListImportsInput),
  }),
);

/** The bucket of what Tidemark stores itself, which its own exports and imports use. */
export const ownBucket = 'tidemark-store';

/**
 * Throws ValidationException if a caller's export or import names Tidemark's own bucket, or a place outside its bucket.
 * Tidemark's own exports and imports do not come this way.
 */
function checkPlace({ S3Bucket, S3Prefix, S3BucketSource }: JsonObject): void {
  const source = typeof S3BucketSource === 'object' && S3BucketSource !== null ? S3BucketSource : {};
  const { S3Bucket: sourceBucket, S3KeyPrefix } = source as Readonly<Record<string, unknown>>;
  if (S3Bucket === ownBucket || sourceBucket === ownBucket)
    throw validationError(
      `The embedded runtime keeps its own objects in ${ownBucket}: choose another bucket`,
    );
  for (const prefix of [S3Prefix, S3KeyPrefix]) {
    if (typeof prefix !== 'string') continue;
    const segments = dropTrailing(prefix, '/').split('/');
    const isOutside = segments.some((segment) => segment === '..' || segment === '.' || segment === '.tmp');
    const isUnclear = prefix !== '' && segments.some((segment) => segment === '' || segment.includes('\0'));
    if (isOutside || isUnclear)
      throw validationError(
        'The embedded runtime has files as objects: choose an S3 prefix that can be a path',
      );
  }
}

/** Lets the embedded exports answer their commands of the client, and reject those that a running import forbids. */
export function answerClient(client: DynamoDBClient, exports: EmbeddedExports): void {
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (call) => {
        const name = commandName.replace(/Command$/, '');
        const operation = operations.get(name);
        const refusal = exports.rejectionOf(name, () => call.input);
        if (refusal !== undefined) throw refusal;
        if (operation === undefined) return next(call);
        const output = await operation(exports, call.input);
        return { response: {}, output: { ...output, $metadata: {} } };
      },
    { step: 'initialize', name: 'embeddedExports' },
  );
}

/**
 * Answers a request of DynamoDB's JSON protocol 1.0 by its `X-Amz-Target`. Resolves to undefined if the database must
 * answer it. Throws errors that are not the request's fault.
 */
export async function answerExports(
  exports: EmbeddedExports,
  target: string,
  body: string,
): Promise<{ readonly status: number; readonly body: string } | undefined> {
  const name = target.replace(/^DynamoDB_20120810\./, '');
  const operation = operations.get(name);
  try {
    const refusal = exports.rejectionOf(name, () => membersOf(parseBody(body)));
    if (refusal !== undefined) throw refusal;
    if (operation === undefined) return undefined;
    const input = membersOf(parseBody(body));
    checkPlace(input);
    return { status: 200, body: renderBody(await operation(exports, input)) };
  } catch (cause) {
    const error = toServiceError(cause);
    if (!(error instanceof DynamoDBServiceException) || error.$fault !== 'client') throw error;
    const refusal = { __type: `${prefixes.model}${error.name}`, message: error.message };
    return { status: 400, body: JSON.stringify(refusal) };
  }
}
