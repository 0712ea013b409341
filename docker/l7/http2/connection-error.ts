/** What can only end the connection (RFC 9113 section 5.4.1): thrown where it is found, told to the peer in GOAWAY. */
export class ConnectionError extends Error {
  readonly code: number;

  constructor(code: number, reason: string) {
    super(reason);
    this.name = 'ConnectionError';
    this.code = code;
  }
}
