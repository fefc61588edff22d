import { renderBody } from '../../lambda/dialects/dynamodb/json.ts';
import type { Executions } from '../../lambda/jobs/job.ts';
import type { Restores } from '../../lambda/catalog/restores.ts';
import { parseMembers } from './call-members.ts';
import type { Deletions } from './deletions.ts';
import { type Answer, refuseCall } from './refusal.ts';
import { refuseTags } from './refuse-tags.ts';
import { findTableNames } from './table-names.ts';

type RunningRestores = Pick<Restores, 'get' | 'listRunning'>;
type WaitingDeletions = Pick<Deletions, 'areWaiting' | 'has' | 'take'>;

/** The operations on items. */
const onItems = /^(?:Batch|Transact|Execute|(?:Get|Put|Update|Delete)Item$|Query$|Scan$)/;

/** The operations that read settings, which a table that is being deleted still has. */
const onlyReads = /^(?:Describe|List)/;

/**
 * Guards tables that are being restored or deleted, as DynamoDB does: it answers the calls that must not reach them, with
 * DynamoDB's own texts where they are known.
 */
export class TableGuard {
  readonly #restores: RunningRestores;
  readonly #deletions: WaitingDeletions;
  /** The names of tables to which a restore was started. The catalog knows whether it has ended. */
  readonly #targets: Set<string>;

  private constructor(restores: RunningRestores, deletions: WaitingDeletions, targets: Iterable<string>) {
    this.#restores = restores;
    this.#deletions = deletions;
    this.#targets = new Set(targets);
  }

  static async open(restores: RunningRestores, deletions: WaitingDeletions): Promise<TableGuard> {
    const running = await restores.listRunning();
    return new TableGuard(
      restores,
      deletions,
      running.map(({ target }) => target),
    );
  }

  /** Wraps the executions, so that this guard knows each restore before its first step. */
  watch(executions: Executions): Executions {
    return {
      ...executions,
      start: (job) => {
        if (job.machine === 'restore') this.#targets.add(job.table);
        return executions.start(job);
      },
    };
  }

  /** Answers a call by its operation and body; undefined if the database is to answer it. */
  async answer(operation: string, body: string): Promise<Answer | undefined> {
    const untaggable = refuseTags(operation, body);
    if (untaggable !== undefined) return untaggable;
    const isDeletion = operation === 'DeleteTable';
    if (!isDeletion && this.#targets.size === 0 && !this.#deletions.areWaiting) return undefined;
    const names = findTableNames(parseMembers(body));
    for (const name of names) {
      if (await this.isRestoring(name)) return refuse(operation, name, 'restored');
      if (!onlyReads.test(operation) && this.#deletions.has(name)) return refuse(operation, name, 'deleted');
    }
    const [name] = names;
    const TableDescription = isDeletion && name !== undefined ? await this.#deletions.take(name) : undefined;
    return TableDescription && { status: 200, body: renderBody({ TableDescription }) };
  }

  /** True while a restore makes the table of this name. */
  async isRestoring(name: string): Promise<boolean> {
    if (!this.#targets.has(name)) return false;
    if ((await this.#restores.get(name))?.status === 'RESTORING') return true;
    this.#targets.delete(name);
    return false;
  }
}

function refuse(operation: string, name: string, work: 'restored' | 'deleted'): Answer {
  return refuseCall(...findRefusal(operation, name, work));
}

function findRefusal(operation: string, name: string, work: 'restored' | 'deleted'): [string, string] {
  const inUse = (what: string): [string, string] => [
    'ResourceInUseException',
    `Attempt to change a resource which is still in use: Table is being ${what}: ${name}`,
  ];
  if (onItems.test(operation)) return ['ResourceNotFoundException', 'Requested resource not found'];
  if (operation === 'ExportTableToPointInTime') return ['TableNotFoundException', `Table not found: ${name}`];
  if (work === 'deleted') return inUse('deleted');
  if (operation === 'DeleteTable') return inUse('created');
  if (operation === 'CreateTable' || operation === 'ImportTable') return inUse('used');
  return ['ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`];
}
