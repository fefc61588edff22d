declare module 'siphash24' {
  /** Writes SipHash-2-4 of the data to `out`, 8 bytes. `key` has 16 bytes. */
  export default function siphash24(
    data: Uint8Array,
    key: Uint8Array,
    out: Uint8Array,
    noAssert: boolean,
  ): Uint8Array;
}
