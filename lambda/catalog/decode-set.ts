import { isBackupId } from '../model/ids.ts';
import {
  isSetId,
  type Replaced,
  type SeriesSettings,
  type SetId,
  type SetKey,
  type SetMember,
  type SetRecord,
} from '../model/sets.ts';
import { sourceNames } from '../model/records.ts';
import { isBoolean, isListOf, isNumber, isObjectOf, isOneOf, isOptional, isText, isTrue } from './checks.ts';
import { createDecoder, isFigures } from './decode.ts';

/** The decoders of the records of backup sets. They work like those of `decode.ts`. */

const isKind = isOneOf('full', 'incremental', 'differential');

export const decodeSet = createDecoder<SetRecord>('set', {
  id: isSetId,
  name: isText,
  tables: isListOf(isText),
  group: isOptional(isText),
  kind: isOptional(isKind),
  source: isOptional(isOneOf(...sourceNames, 'native')),
  base: isOptional(isOneOf('export', 'scan')),
  checksum: isOptional(isTrue),
  sink: isOptional(isText),
  comment: isOptional(isText),
  requestedBy: isOptional(isText),
  streamsOf: isOptional(isListOf(isText)),
  expiresAt: isOptional(isNumber),
  replaces: isOptional(
    isObjectOf<Replaced>({
      all: isOptional(isTrue),
      sinceFull: isOptional(isTrue),
      keepIncrementals: isOptional(isNumber),
    }),
  ),
  marker: isNumber,
  status: isOneOf('CREATING', 'AVAILABLE', 'PARTIAL', 'FAILED', 'DELETING', 'DELETED'),
  fingerprint: isText,
  endedAt: isOptional(isNumber),
  figures: isOptional(isFigures),
  deletedBy: isOptional(isText),
  deletedFor: isOptional(isText),
});

export const decodeSetMember = createDecoder<SetMember>('set member', {
  table: isText,
  status: isOneOf('WAITING', 'CREATING', 'AVAILABLE', 'FAILED', 'DELETED'),
  backup: isOptional(isBackupId),
  backupArn: isOptional(isText),
  sizeBytes: isOptional(isNumber),
  kind: isOptional(isKind),
  figures: isOptional(isFigures),
  reason: isOptional(isText),
});

/** Decodes a record that only points to a set: of a request, an expiry, or a set that is open. */
export const decodeSetKey = createDecoder<SetKey>('set key', { name: isText, id: isSetId });

/** The catalog's record about all sets of one name. */
export interface SeriesRecord {
  /** The set that is being made. */
  readonly running?: SetId;
  /** The last day on which a set was requested, `yyyy-mm-dd` in UTC, and the number of sets requested on it. */
  readonly day: string;
  readonly count: number;
  readonly settings?: SeriesSettings;
}

export const decodeSeries = createDecoder<SeriesRecord>('series', {
  running: isOptional(isSetId),
  day: isText,
  count: isNumber,
  settings: isOptional(
    isObjectOf<SeriesSettings>({
      checksum: isOptional(isBoolean),
      settingsAlone: isOptional(isBoolean),
      keepIncrementals: isOptional(isNumber),
      comment: isOptional(isText),
    }),
  ),
});

/** Decodes the record of the latest number of a set. */
export const decodeLastSet = createDecoder('last set', { last: isSetId });
