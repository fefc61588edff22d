/** An estimate as a range: the lowest and the highest value that we expect. */
export interface Span {
  readonly low: number;
  readonly high: number;
}

/** Adds spans. */
export function addSpans(...spans: readonly Span[]): Span {
  return {
    low: spans.reduce((sum, { low }) => sum + low, 0),
    high: spans.reduce((sum, { high }) => sum + high, 0),
  };
}

/** Multiplies both ends by one factor, or each by its own. */
export function multiplySpan(span: Span, factor: number | Span): Span {
  const { low, high } = typeof factor === 'number' ? { low: factor, high: factor } : factor;
  return { low: span.low * low, high: span.high * high };
}
