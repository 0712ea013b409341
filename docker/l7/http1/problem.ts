/** Why bytes are not an HTTP/1 message that may be passed on: the status for whoever sent them, and the reason in words. */
export interface Problem {
  readonly status: 400 | 405 | 408 | 413 | 414 | 417 | 431 | 501 | 505;
  readonly reason: string;
}

/** Nothing else that takes a problem's place has a reason. (`in` costs several times what reading it does.) */
export function isProblem(value: object): value is Problem {
  return (value as Partial<Problem>).reason !== undefined;
}
