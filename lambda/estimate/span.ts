/** From the least to the most that is to be expected. */
export interface Span {
  readonly low: number;
  readonly high: number;
}

export function plus(...spans: readonly Span[]): Span {
  return {
    low: spans.reduce((sum, { low }) => sum + low, 0),
    high: spans.reduce((sum, { high }) => sum + high, 0),
  };
}

/** Both by the same factor, or each by its own. */
export function times(span: Span, factor: number | Span): Span {
  const { low, high } = typeof factor === 'number' ? { low: factor, high: factor } : factor;
  return { low: span.low * low, high: span.high * high };
}
