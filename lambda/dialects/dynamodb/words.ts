/** Turns one of Tidemark's own words into its form on the wire: `dead-manifest` becomes `DEAD_MANIFEST`. */
type Capitals<W extends string> = W extends `${infer First}-${infer Rest}`
  ? `${Uppercase<First>}_${Capitals<Rest>}`
  : Uppercase<W>;

export function toCapitals<const W extends string>(word: W): Capitals<W> {
  return word.toUpperCase().replaceAll('-', '_') as Capitals<W>;
}

export function toLowerCase<const W extends string>(word: W): Lowercase<W> {
  return word.toLowerCase() as Lowercase<W>;
}
