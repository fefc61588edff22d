/** An HTTP request whose bytes a dialect needs as they were sent, because their sender signed them or they are not text. */
export interface HttpRequest {
  /** The method, in the letter case of the client. */
  readonly method: string;
  /** Still encoded, without the query. */
  readonly path: string;
  /** The part after the `?`, still encoded; empty if there is none. */
  readonly query: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** The address of this server as its clients know it: `host` or `host:port`. */
  readonly address: string;
  /** True if its clients reach this server by HTTPS. */
  readonly isSecure: boolean;
}

export interface HttpResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}
