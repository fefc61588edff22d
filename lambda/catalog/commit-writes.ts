import type { Ends, Figures, Head, Kind, Source, Turn } from '../model/records.ts';
import { shortenReasons } from '../runtime/shorten.ts';
import type { Write } from './catalog-table.ts';
import { keys } from './schema.ts';
import { type Claim, freeTurn } from './turn-writes.ts';
import type { BackupId } from '../model/ids.ts';

/** The facts that a commit writes. */
export interface Commit {
  readonly claim: Claim;
  /**
   * Set if the snapshot holds the content of a time (epoch ms) before its request. Such a snapshot does not become the
   * head.
   */
  readonly asOf?: number;
  /** The head's snapshot when the execution began. It must still be the head. */
  readonly headSeen: BackupId | undefined;
  readonly tableId: string;
  readonly marker: number;
  readonly manifestSha256: string;
  /** The earliest backup that wrote a run of the snapshot. */
  readonly oldestRun: BackupId;
  readonly ends: Ends;
  readonly internal: boolean;
  readonly result: {
    readonly kind: Kind;
    readonly source: Source;
    readonly parent: BackupId | undefined;
    readonly figures: Figures;
    readonly digest: string;
    /** Why this source was chosen. */
    readonly why?: readonly string[];
  };
}

/** Frees the turn. The snapshot becomes the head, on condition that the head has not changed since it was read. */
export function endTurn({ claim, asOf, tableId, marker, headSeen }: Commit, turn: Turn): Write {
  const freed = freeTurn(claim, turn);
  if (asOf !== undefined) return freed;
  const { Update } = freed;
  const head: Head = { tableId, snapshot: claim.backup, marker };
  const isSameHead = headSeen === undefined ? 'attribute_not_exists(head)' : 'head.#snapshot = :head';
  return {
    Update: {
      ...Update,
      UpdateExpression: `SET head = :next ${Update.UpdateExpression}`,
      ConditionExpression: `${Update.ConditionExpression} AND ${isSameHead}`,
      ...(headSeen !== undefined && { ExpressionAttributeNames: { '#snapshot': 'snapshot' } }),
      ExpressionAttributeValues: {
        ...Update.ExpressionAttributeValues,
        ':next': head,
        ...(headSeen !== undefined && { ':head': headSeen }),
      },
    },
  };
}

/** Makes the backup AVAILABLE. */
export function completeBackup({ claim, result }: Commit): Write {
  return {
    Update: {
      Key: { ...keys.backup(claim.table, claim.backup) },
      UpdateExpression:
        'SET #status = :available, kind = :kind, #source = :source, figures = :figures, digest = :digest' +
        (result.parent === undefined ? '' : ', parent = :parent') +
        (result.why === undefined ? '' : ', why = :why'),
      ConditionExpression: '#status = :creating',
      ExpressionAttributeNames: { '#status': 'status', '#source': 'source' },
      ExpressionAttributeValues: {
        ':available': 'AVAILABLE',
        ':creating': 'CREATING',
        ':kind': result.kind,
        ':source': result.source,
        ':figures': result.figures,
        ':digest': result.digest,
        ...(result.parent !== undefined && { ':parent': result.parent }),
        ...(result.why !== undefined && { ':why': shortenReasons(result.why) }),
      },
    },
  };
}

/** Creates the snapshot's record, alive. */
export function createSnapshot({
  claim,
  tableId,
  manifestSha256,
  oldestRun,
  ends,
  internal,
  asOf,
}: Commit): Write {
  return {
    Put: {
      Item: {
        ...keys.snapshot(claim.table, claim.backup),
        id: claim.backup,
        tableId,
        manifestSha256,
        oldestRun,
        ends,
        internal,
        alive: true,
        ...(claim.sink !== undefined && { sink: claim.sink }),
        ...(asOf !== undefined && { asOf }),
      },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  };
}

/**
 * Requires that the parent, whose runs the snapshot refers to, is alive. No check is needed if it is the head or pinned
 * for the turn, since then it cannot die. It may be neither: an earlier execution published the manifest, and its pin is
 * gone.
 */
export function requireParentAlive(
  { claim, asOf, headSeen, result: { parent } }: Commit,
  turn: Turn,
): Write[] {
  const isHead = asOf === undefined && parent === headSeen;
  if (parent === undefined || isHead || parent === turn.parent) return [];
  return [
    {
      ConditionCheck: {
        Key: { ...keys.snapshot(claim.table, parent) },
        ConditionExpression: 'alive = :true',
        ExpressionAttributeValues: { ':true': true },
      },
    },
  ];
}
