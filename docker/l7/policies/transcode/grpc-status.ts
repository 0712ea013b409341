/** google.rpc.Code as HTTP, as Google's own gateway maps it. */
const http: readonly number[] = [
  200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401,
];

export function httpStatusOf(code: number): number {
  return http[code] ?? 500;
}

/** Percent-encoded on the wire (gRPC over HTTP/2, Status-Message). */
export function readMessage(text: string | null): string {
  if (text === null) return '';
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
