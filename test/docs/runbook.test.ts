import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../lambda/runtime/errors.ts';
import { synthesize } from '../support/synthesis.ts';
import { anchorsOf, textOf } from './pages.ts';

/** Every code: the compiler refuses this list if one is missing. */
const errorCodes: Readonly<Record<ErrorCode, true>> = {
  Validation: true,
  AccessDenied: true,
  TableNotFound: true,
  TableInUse: true,
  TableAlreadyExists: true,
  BackupNotFound: true,
  BackupInUse: true,
  BackupNotAvailable: true,
  ContinuousBackupsUnavailable: true,
  PointInTimeRecoveryUnavailable: true,
  InvalidRestoreTime: true,
  LimitExceeded: true,
  CutUnreachable: true,
  ExportFailed: true,
  ImportFailed: true,
  SnapshotCorrupt: true,
  StagedDataCorrupt: true,
  RecordNotUnderstood: true,
  CatalogRecordInvalid: true,
  IdInvalid: true,
  TaskIncomplete: true,
  TurnLost: true,
  TargetTableLost: true,
  WritesRefused: true,
  ObjectNotFound: true,
  Internal: true,
};

const template = synthesize({ tables: ['orders-*'] });
const anchors = anchorsOf(textOf('docs/runbook.md'));

describe('the runbook', () => {
  it.each(Object.keys(errorCodes))('has an entry for the error code %s', (code) => {
    expect(anchors).toContain(code.toLowerCase());
  });

  it('has the entry that the description of each alarm names', () => {
    const alarms = Object.entries(template.findResources('AWS::CloudWatch::Alarm'));
    expect(alarms).toHaveLength(5);
    for (const [id, { Properties }] of alarms) {
      const [, anchor = ''] = /docs\/runbook\.md#([\w-]+)$/.exec(Properties.AlarmDescription) ?? [];
      expect(id.toLowerCase()).toMatch(new RegExp(`^monitoring${anchor}`));
      expect(anchors).toContain(anchor);
    }
  });

  it('has every entry that the description of the rule for failed executions names', () => {
    const [rule] = Object.values(template.findResources('AWS::Events::Rule'));
    const named = Array.from(
      String(rule?.Properties.Description).matchAll(/#([\w-]+)/g),
      ([, anchor]) => anchor,
    );
    expect(named).toEqual(['backupfailed', 'restorefailed']);
    for (const anchor of named) expect(anchors).toContain(anchor);
  });
});
