import { createHash } from 'node:crypto';
import type { Sticky } from '../../../protocol/l7/sticky.ts';
import type { Field } from '../../message.ts';
import type { RequestView } from '../request-view.ts';
import type { Seal } from './seal.ts';

/** Which target a request asks for, and the cookie by which it will ask next time. */
export interface StickyPolicy {
  /** The one of these targets that the request's cookie names; null where it names none, or none that still counts. */
  wanted(request: RequestView, targets: readonly string[], now: number): string | null;
  /** Cookies for the answer of the target that was chosen. `kept`: it is the one that was asked for. */
  cookies(chosen: Chosen): readonly Field[];
}

export interface Chosen {
  readonly target: string;
  readonly kept: boolean;
  /** What the target itself answered. */
  readonly fields: readonly Field[];
  readonly now: number;
}

/** Null: off. */
export function createSticky(settings: Sticky, seal: Seal): StickyPolicy | null {
  const sealedCookie = sealedCookies(settings, seal);
  switch (settings.mode) {
    case 'off':
      return null;
    case 'duration':
      return {
        wanted: (request, targets, now) => sealedTarget(request, settings.cookie, seal, targets, now),
        cookies: ({ target, now }) => [sealedCookie(target, now)],
      };
    case 'application':
      return {
        // Without the application's cookie there is no session to stick to.
        wanted: (request, targets, now) =>
          request.cookie(settings.applicationCookie) === null
            ? null
            : sealedTarget(request, settings.cookie, seal, targets, now),
        cookies: ({ target, fields, now }) =>
          setsCookie(fields, settings.applicationCookie) ? [sealedCookie(target, now)] : [],
      };
    case 'affinity':
      return {
        wanted(request, targets) {
          const value = request.cookie(settings.cookie);
          return value === null ? null : (targets.find((target) => hashOf(target) === value) ?? null);
        },
        cookies: ({ target, kept }) =>
          kept ? [] : [['Set-Cookie', `${settings.cookie}=${hashOf(target)}; Path=/; HttpOnly`]],
      };
  }
}

/** The cookie itself lives for a week; how long it counts is the balancer's own business, and sealed into it (ALB). */
const cookieLifeMs = 7 * 86_400_000;

/** To one target in the same millisecond they say the same, and are sealed once. */
function sealedCookies({ cookie, durationMs }: Sticky, seal: Seal): (target: string, now: number) => Field {
  const latest = new Map<string, { readonly at: number; readonly field: Field }>();
  return (target, at) => {
    const before = latest.get(target);
    if (before?.at === at) return before.field;
    const value = seal.close(JSON.stringify([target, at + durationMs]));
    const expires = new Date(at + cookieLifeMs).toUTCString();
    const field: Field = ['Set-Cookie', `${cookie}=${value}; Expires=${expires}; Path=/`];
    latest.set(target, { at, field });
    return field;
  };
}

function sealedTarget(
  request: RequestView,
  cookie: string,
  seal: Seal,
  targets: readonly string[],
  now: number,
): string | null {
  const value = request.cookie(cookie);
  const opened = value === null ? null : seal.open(value);
  if (opened === null) return null;
  const [target, until] = JSON.parse(opened) as [string, number];
  return until > now && targets.includes(target) ? target : null;
}

function setsCookie(fields: readonly Field[], cookie: string): boolean {
  return fields.some(([name, line]) => name.toLowerCase() === 'set-cookie' && line.startsWith(`${cookie}=`));
}

/** The same on every proxy of a fleet, whoever set it. */
function hashOf(target: string): string {
  return createHash('sha1').update(target).digest('hex');
}
