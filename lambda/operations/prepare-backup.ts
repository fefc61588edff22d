import type { NewBackup } from '../catalog/new-backup.ts';
import { toSinkMember } from '../model/data-sinks.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { RequestServices } from '../services/operation-services.ts';
import { checkSource } from './check-source.ts';
import { compareClocks } from './compare-clocks.ts';
import type { CreateBackupInput } from './create-backup.ts';
import { describeCompleteTable } from './table-state.ts';

/**
 * Describes the table of a request and checks that a source can read it. Changes nothing, and returns what the catalog is to
 * record.
 *
 * Throws `TableNotFound`, `AccessDenied`, `TableInUse`, `ContinuousBackupsUnavailable`, `Validation` (an ARN of another
 * place).
 */
export async function prepareBackup(
  services: RequestServices,
  input: Omit<CreateBackupInput, 'requestKey'>,
): Promise<NewBackup> {
  const { table: name, tableArn, sink: sinkName, ...given } = input;
  const request = { ...given, ...toSinkMember(sinkName) };
  const requestedAt = services.clock.now();
  const [table, record] = await Promise.all([
    describeCompleteTable(services, { table: name, ...(tableArn !== undefined && { tableArn }) }),
    services.catalog.turns.getTable(name, request.sink),
  ]);
  if (input.source !== 'native') await checkSource(services, table, record?.head, input);
  const { why = [], ...clocks } = compareClocks(services, requestedAt, table.describedAt);
  const notes = [...table.doubts, ...why];
  return {
    ...request,
    table: table.identity,
    description: table.description,
    ...clocks,
    ...(notes.length > 0 && { why: notes }),
    ...(table.streamArn !== undefined && { streamArn: table.streamArn }),
  };
}

/** Throws `Validation` for a kind or a data sink that the source does not have, and for a native backup where there are none. */
export function checkKind(
  { native }: Pick<RequestServices, 'native'>,
  { source, kind, sink }: Pick<CreateBackupInput, 'source' | 'kind' | 'sink'>,
): void {
  if (source === 'scan' && kind !== undefined && kind !== 'full') {
    throw new TidemarkError('Validation', `A scan makes a full backup, not one of kind ${kind}`);
  }
  if (source === 'settings' && kind !== undefined && kind !== 'full') {
    throw new TidemarkError('Validation', `A backup of settings is full, not of kind ${kind}`);
  }
  if (source !== 'native') return;
  native.check();
  if (kind !== undefined)
    throw new TidemarkError('Validation', "DynamoDB's own backups have no kind: each is of the whole table");
  if (toSinkMember(sink).sink !== undefined)
    throw new TidemarkError('Validation', 'DynamoDB keeps its own backups: they have no data sink');
}
