import { BlindspotError } from '../../../contract/errors.ts';

/** An error as Docker's API gives it, or as the socket does when the engine is gone. */
interface DockerError {
  readonly statusCode?: number;
  readonly code?: string;
  readonly message: string;
}

const lost = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH']);

export function statusOf(error: unknown): number | null {
  return (error as Partial<DockerError>).statusCode ?? null;
}

/** Anything Docker throws, as an error of ours: what was being done, the engine's own words, and what to do. */
export function dockerFailure(doing: string, error: unknown): BlindspotError {
  if (error instanceof BlindspotError) return error;
  const { message: raw, code, statusCode } = error as DockerError;
  // dockerode opens with "(HTTP code 500) server error - ": the engine's own sentence is what follows.
  const message = raw.replace(/^\(HTTP code \d+\) [^-]*- /, '').trim();
  const say = (errorCode: BlindspotError['code'], next: string): BlindspotError =>
    new BlindspotError({ code: errorCode, message: `${doing}: ${message}`, next }, error);

  if (/no space left on device/i.test(message)) {
    return say('disk-full', 'Free some disk space; "docker system df" shows what Docker itself uses.');
  }
  if (statusCode === undefined && code !== undefined && lost.has(code)) {
    return say(
      'engine-lost',
      'Start the Docker engine again. What is left of the lab there is found by its labels.',
    );
  }
  if (/pool overlaps|address already in use|conflicts with existing route/i.test(message)) {
    return say('address-clash', 'Start the lab again: other addresses are chosen.');
  }
  if (/port is already allocated/i.test(message)) {
    return say('port-in-use', 'Stop what uses that port, or choose another.');
  }
  if (statusCode === 404 && /no such image/i.test(message)) {
    return say('image-missing', 'Build it with "npm run image -- build".');
  }
  if (statusCode === 404) return say('not-found', 'It was removed meanwhile; start the lab again.');
  if (statusCode === 409 || /is not running|is paused/i.test(message)) {
    return say('node-not-running', 'Start the node first.');
  }
  return say('engine-failed', 'Look at the engine with "npm run lab -- doctor".');
}
