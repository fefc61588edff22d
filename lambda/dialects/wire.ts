/** An HTTP request, independent of the transport that brought it. */
export interface WireRequest {
  readonly method: string;
  /** The path without the stage; `/` for the root. */
  readonly path: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The decoded text; empty if there is none. */
  readonly body: string;
  /** True if the request has a signature. Where signatures matter, the transport has verified it. */
  readonly signed: boolean;
  /** The ARN of the authenticated caller, where the transport knows it. */
  readonly caller?: string;
}

/** An HTTP answer. Its body must reach the client unchanged: a header may hold the body's checksum. */
export interface WireResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
