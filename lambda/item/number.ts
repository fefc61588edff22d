import { dropTrailing } from '../runtime/drop-trailing.ts';
import { TidemarkError } from '../runtime/errors.ts';

const plainInteger = /^(?:0|-?[1-9]\d*)$/;
const anyNumber = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** The maximum length of a number's text. No number of DynamoDB is longer, in any notation. */
const maxLength = 1000;

/** DynamoDB's numbers have at most 38 significant digits, and magnitudes from 1E-130 to less than 1E+126. */
const maxSignificantDigits = 38;
const minExponent = -130;
const maxExponent = 125;

/**
 * Writes a number in its canonical form: plain decimal without exponent, without leading or trailing zeros, never `-0`.
 * DynamoDB returns numbers in this form too. Throws `RecordNotUnderstood` for text that is not a number, and for a number
 * that DynamoDB cannot hold.
 */
export function toCanonicalNumber(text: string): string {
  if (text.length > maxLength) throw new TidemarkError('RecordNotUnderstood', 'an N value is too long');
  if (text.length <= maxSignificantDigits && plainInteger.test(text)) return text;
  const match = anyNumber.exec(text);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? [];
  const digits = whole + fraction;
  if (match === null || digits === '')
    throw new TidemarkError('RecordNotUnderstood', 'an N value is no number');
  const significant = digits.replace(/^0+/, '');
  if (significant === '') return '0';
  // The place of the decimal point, counted from the left of `significant`.
  const point = whole.length + Number(exponent) - (digits.length - significant.length);
  if (point - 1 < minExponent || point - 1 > maxExponent)
    throw new TidemarkError('RecordNotUnderstood', 'an N value is out of range');
  if (dropTrailing(significant, '0').length > maxSignificantDigits)
    throw new TidemarkError('RecordNotUnderstood', 'an N value has more than 38 significant digits');
  const left = point > 0 ? significant.slice(0, point).padEnd(point, '0') : '0';
  const right = dropTrailing(point > 0 ? significant.slice(point) : '0'.repeat(-point) + significant, '0');
  return (sign === '-' ? '-' : '') + left + (right === '' ? '' : `.${right}`);
}
