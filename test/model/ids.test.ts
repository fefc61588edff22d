import { describe, expect, it } from 'vitest';
import {
  createBackupId,
  createRestoreId,
  markerOf,
  parseBackupId,
  parseRestoreId,
} from '../../lambda/model/ids.ts';

describe('an id', () => {
  it('begins with 14 digits of epoch milliseconds, so that ids sort by time', () => {
    expect(createBackupId(1_576_616_366_715, 'b4e58d3a')).toBe('01576616366715-b4e58d3a');
    expect(createRestoreId(7, '0123abcd')).toBe('00000000000007-0123abcd');
  });

  it('returns the marker in its text', () => {
    expect(markerOf(createBackupId(1_576_616_366_715, 'b4e58d3a'))).toBe(1_576_616_366_715);
  });

  it('is parsed from its text', () => {
    expect(parseBackupId('01576616366715-b4e58d3a')).toBe('01576616366715-b4e58d3a');
    expect(parseRestoreId('01576616366715-b4e58d3a')).toBe('01576616366715-b4e58d3a');
  });

  it.each([
    '',
    '01576616366715',
    '1576616366715-b4e58d3a',
    '01576616366715-B4E58D3A',
    '01576616366715-b4e58d3a/x',
  ])('is refused with IdInvalid if its text is %j', (text) => {
    const invalid = expect.objectContaining({ code: 'IdInvalid' });
    expect(() => parseBackupId(text)).toThrow(invalid);
    expect(() => parseRestoreId(text)).toThrow(invalid);
  });

  it('is refused with IdInvalid if its random part does not have 8 hex digits', () => {
    expect(() => createBackupId(7, '0123')).toThrow(expect.objectContaining({ code: 'IdInvalid' }));
  });
});
