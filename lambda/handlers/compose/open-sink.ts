import type { ConfiguredSink, SinkRole } from '../../model/data-sinks.ts';
import type { RoleCredentials } from './assume-role.ts';
import type { ObjectStore } from '../../storage/object-store.ts';

/** Opens the store of a deployed data sink. The S3 client is loaded only when a function uses a sink. */
export async function openSink({
  bucket,
  prefix = '',
  kmsKey,
  storageClass,
  role,
}: ConfiguredSink): Promise<ObjectStore> {
  const { openBucket } = await import('../../storage/s3-store.ts');
  return openBucket({
    bucket,
    prefix,
    ...(kmsKey !== undefined && { keyArn: kmsKey }),
    ...(storageClass !== undefined && { storageClass }),
    ...(role !== undefined && { credentials: await assume(role) }),
  });
}

async function assume(role: SinkRole): Promise<() => Promise<RoleCredentials>> {
  const { createRoleCredentials } = await import('./assume-role.ts');
  return createRoleCredentials(role, process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? 'tidemark');
}
