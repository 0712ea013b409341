import type { RequestHash } from '../../protocol/l7/request-hash.ts';
import { kind } from './policy-kind.ts';
import { viewOf } from './request-view.ts';
import type { RequestView } from './request-view.ts';

/** Gives the hash algorithms a key of the request's own. Others, and groups that are sticky, do not look at it. */
export const requestHash = kind('requestHash', (settings) => {
  if (settings.by === 'connection') return null;
  return {
    name: 'requestHash',
    request(call) {
      const key = keyOf(viewOf(call.head, call.peer.address, call.peer.localPort), settings);
      if (key === null) return null;
      call.hashKey = key;
      call.why('requestHash', settings.by === 'path' ? 'by path' : `by ${settings.by} ${settings.name}`);
      return null;
    },
  };
});

function keyOf(request: RequestView, { by, name }: RequestHash): string | null {
  if (by === 'path') return request.path;
  return by === 'cookie' ? request.cookie(name) : request.header(name);
}
