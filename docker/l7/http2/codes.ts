/** RFC 9113 section 7. */
export const code = {
  noError: 0,
  protocolError: 1,
  internalError: 2,
  flowControlError: 3,
  streamClosed: 5,
  frameSizeError: 6,
  refusedStream: 7,
  cancel: 8,
  compressionError: 9,
  enhanceYourCalm: 11,
} as const;

/** RFC 9113 section 6. */
export const frameType = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const flag = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 0x20 } as const;

/** RFC 9113 section 6.5.2, and 8441 section 3. */
export const setting = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
  enableConnectProtocol: 8,
} as const;

export const frameHeaderBytes = 9;
/** What every peer takes (RFC 9113 section 4.2); we neither ask for more nor send it. */
export const frameBytes = 16_384;
/** Of every window that nobody has said anything about. */
export const firstWindow = 65_535;
export const largestWindow = 2 ** 31 - 1;
/** A table of header fields, unless said otherwise (RFC 9113 section 6.5.2). */
export const firstTableBytes = 4096;

export const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
