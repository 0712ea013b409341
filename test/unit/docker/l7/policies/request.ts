import type { Field, RequestHead } from '../../../../../docker/l7/message.ts';
import { viewOf } from '../../../../../docker/l7/policies/request-view.ts';
import type { RequestView } from '../../../../../docker/l7/policies/request-view.ts';

export interface Asked {
  readonly method?: string;
  readonly host?: string;
  readonly target?: string;
  readonly fields?: readonly Field[];
  readonly address?: string;
  readonly port?: number;
}

export function headOf({
  method = 'GET',
  host = 'shop.test',
  target = '/',
  fields = [],
}: Asked = {}): RequestHead {
  return { method, scheme: 'http', authority: host, target, version: '1.1', fields };
}

export function asked(request: Asked = {}): RequestView {
  return viewOf(headOf(request), request.address ?? '10.0.0.9', request.port ?? 8080);
}
