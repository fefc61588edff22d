import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../lambda/runtime/errors.ts';
import { synthesize } from '../support/synthesis.ts';
import { anchorsOf, projectFiles, prose, textOf } from './pages.ts';

/** Every error code: the code does not compile if this list lacks one. */
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
  RestoreNotFound: true,
  RestoreFailed: true,
  SetNotFound: true,
  SetInUse: true,
  TooManySets: true,
  GroupNotFound: true,
  ScheduleIncomplete: true,
  SinkNotFound: true,
  SinkUnreachable: true,
  SinkInUse: true,
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
  ClockSkewTooLarge: true,
  TargetRefused: true,
  WritesRefused: true,
  ObjectNotFound: true,
  ServiceAnswerInvalid: true,
  Internal: true,
};

const template = synthesize({ tables: ['orders-*'] });
const page = textOf('docs/runbook.md');
const anchors = anchorsOf(page);

/** Finds the messages that the page quotes as code: more than one word, no command and no setting. */
function quotedMessages(): string[] {
  const spans = Array.from(prose(page).matchAll(/`([^`]+)`/g), ([, span = '']) => span);
  return spans.filter((span) => span.includes(' ') && !/^(?:tidemark |\w+: )/.test(span));
}

/** Splits a message at the parts that vary: `${name}` in code, `<name>` or `...` in a quote. */
function piecesOf(message: string): string[] {
  return message.split(/\$\{[^}]*\}|<[^>]*>|\.\.\./).map((piece) => piece.trim());
}

describe('the runbook', () => {
  it.each(Object.keys(errorCodes))('has an entry for the error code %s', (code) => {
    expect(anchors).toContain(code.toLowerCase());
  });

  it('has the entry that each alarm’s description names', () => {
    const alarms = Object.entries(template.findResources('AWS::CloudWatch::Alarm'));
    expect(alarms).toHaveLength(7);
    for (const [id, { Properties }] of alarms) {
      const [, anchor = ''] = /docs\/runbook\.md#([\w-]+)$/.exec(Properties.AlarmDescription) ?? [];
      expect(id.toLowerCase()).toMatch(new RegExp(`^monitoring${anchor}`));
      expect(anchors).toContain(anchor);
    }
  });

  it('has every entry that the rule for failed executions names in its description', () => {
    const [rule] = Object.values(template.findResources('AWS::Events::Rule'));
    const named = Array.from(
      String(rule?.Properties.Description).matchAll(/#([\w-]+)/g),
      ([, anchor]) => anchor,
    );
    expect(named).toEqual(['backupfailed', 'restorefailed']);
    for (const anchor of named) expect(anchors).toContain(anchor);
  });

  it('quotes only messages that occur in the code', () => {
    const code = projectFiles()
      .filter((file) => /^lambda\/.*\.ts$/.test(file))
      .map(textOf)
      .join('\n');
    const quotes = quotedMessages();
    expect(quotes.length).toBeGreaterThan(20);
    expect(quotes.filter((quote) => !piecesOf(quote).every((piece) => code.includes(piece)))).toEqual([]);
  });
});
