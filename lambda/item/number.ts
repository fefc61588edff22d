import { dropTrailing } from '../runtime/drop-trailing.ts';
import { TidemarkError } from '../runtime/errors.ts';

const plainInteger = /^(?:0|-?[1-9]\d*)$/;
const anyNumber = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** More characters than any number of DynamoDB has, in whatever form it is written. */
const maxLength = 1000;

/**
 * Writes a number in its canonical form: plain decimal without exponent, without leading or trailing zeros, never `-0`.
 * DynamoDB returns numbers in this form too (its own limits are 38 digits and exponents of -130 to 125).
 * Throws `RecordNotUnderstood` for text that is not a number.
 */
export function toCanonicalNumber(text: string): string {
  if (text.length > maxLength) throw new TidemarkError('RecordNotUnderstood', 'an N value is too long');
  if (plainInteger.test(text)) return text;
  const match = anyNumber.exec(text);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? [];
  const digits = whole + fraction;
  if (match === null || digits === '')
    throw new TidemarkError('RecordNotUnderstood', 'an N value is no number');
  const significant = digits.replace(/^0+/, '');
  if (significant === '') return '0';
  // The place of the decimal point, counted from the left of `significant`.
  const point = whole.length + Number(exponent) - (digits.length - significant.length);
  if (Math.abs(point) > 400) throw new TidemarkError('RecordNotUnderstood', 'an N value is out of range');
  const left = point > 0 ? significant.slice(0, point).padEnd(point, '0') : '0';
  const right = dropTrailing(point > 0 ? significant.slice(point) : '0'.repeat(-point) + significant, '0');
  return (sign === '-' ? '-' : '') + left + (right === '' ? '' : `.${right}`);
}
