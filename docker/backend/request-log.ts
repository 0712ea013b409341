/** Lines as an application writes them: errors always, at most 20 a second; everything when asked. */
export interface RequestLog {
  write(method: string, path: string, status: number, ms: number): void;
}

const errorsPerSecond = 20;

export function createRequestLog(options: {
  readonly now: () => number;
  readonly all: () => boolean;
  readonly out: (line: string) => void;
}): RequestLog {
  let second = 0;
  let written = 0;
  let dropped = 0;

  const allowed = (at: number) => {
    const present = Math.floor(at / 1000);
    if (present !== second) {
      if (dropped > 0) options.out(`${new Date(at).toISOString()} WARN  ${dropped} more errors not logged`);
      second = present;
      written = 0;
      dropped = 0;
    }
    written += 1;
    if (written > errorsPerSecond) dropped += 1;
    return written <= errorsPerSecond;
  };

  return {
    write(method, path, status, ms) {
      const failed = status >= 500;
      if (!failed && !options.all()) return;
      const at = options.now();
      if (!options.all() && !allowed(at)) return;
      const level = failed ? 'ERROR' : 'INFO ';
      options.out(`${new Date(at).toISOString()} ${level} ${method} ${path} ${status} ${ms.toFixed(1)}ms`);
    },
  };
}
