/** An HTTP request, independent of the transport that brought it. */
export interface WireRequest {
  readonly method: string;
  /** Without the stage; `/` for the root. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Decoded text; empty when there is none. */
  readonly body: string;
  /** A signature came with the request. Whether it must be right is for the transport to say, before it hands over. */
  readonly signed: boolean;
  /** The ARN of the authenticated caller, where the transport knows it. */
  readonly caller?: string;
}

/** An HTTP answer. Its body must reach the client unchanged: a header may hold the body's checksum. */
export interface WireResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
