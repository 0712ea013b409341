import { fieldValue } from '../message.ts';
import type { ExchangeEnd } from '../exchange-end.ts';
import type { AccessLogForm } from './form.ts';
import { quoted } from './quoted.ts';

/** AWS ALB's fields in their order; what has no equal here (ARNs, rule priorities) is a dash. */
export const alb: AccessLogForm = {
  request(client, end, { toTargetMs }) {
    const { call, member, status, targetStatus, desync } = end;
    const { method, target, version, authority, scheme, fields } = call.received;
    const port = call.peer.localPort;
    const host = authority === '' ? '-' : authority;
    const url = `${scheme}://${/:\d+$/.test(host) ? host : `${host}:${port}`}${target}`;
    const place = member === null ? '-' : `${member.target.address}:${member.target.port}`;
    const answered = targetStatus !== null;
    const seconds = (ms: number | null) => (ms === null ? '-1' : (ms / 1000).toFixed(3));
    const odd = desync !== null && desync.kind !== 'Compliant';
    return [
      typeOf(end),
      new Date().toISOString().replace('Z', '000Z'),
      'blindspot',
      client,
      place,
      seconds(member === null ? null : toTargetMs),
      seconds(answered ? end.serviceMs : null),
      seconds(answered ? end.relayMs : null),
      // 460: the client left before it had an answer (lb-spec: ALB's own status).
      status ?? 460,
      targetStatus ?? '-',
      end.receivedBytes,
      end.sentBytes,
      quoted(`${method} ${url} HTTP/${version === '2' ? '2.0' : version}`),
      quoted(fieldValue(fields, 'user-agent')),
      call.peer.tls?.cipher ?? '-',
      call.peer.tls?.version ?? '-',
      '-',
      quoted(traceOf(end)),
      quoted(call.peer.tls?.serverName ?? null),
      '"-"',
      '-',
      new Date(call.at).toISOString().replace('Z', '000Z'),
      quoted(actionOf(end)),
      '"-"',
      quoted(end.cause === 'policy' ? null : end.cause),
      quoted(place === '-' ? null : place),
      quoted(targetStatus === null ? null : String(targetStatus)),
      quoted(desync?.kind ?? null),
      quoted(odd ? desync.reasons.join(',') : null),
    ].join(' ');
  },
  refusal(client, { status, reason }, { kind }) {
    const at = new Date().toISOString().replace('Z', '000Z');
    const none = '"- - - " "-" - - - "-" "-" "-" -';
    return `http ${at} blindspot ${client} - -1 -1 -1 ${status} - 0 0 ${none} ${at} "-" "-" ${quoted(reason)} "-" "-" ${quoted(kind)} "-"`;
  },
};

function typeOf({ call }: ExchangeEnd): string {
  const secure = call.peer.tls !== null;
  if (call.upgrade !== null) return secure ? 'wss' : 'ws';
  if (call.received.version !== '2') return secure ? 'https' : 'http';
  return (fieldValue(call.received.fields, 'content-type') ?? '').startsWith('application/grpc')
    ? 'grpcs'
    : 'h2';
}

/** The trace that it is in, where the proxy takes part in it. */
function traceOf({ call }: ExchangeEnd): string | null {
  return fieldValue(call.head.fields, 'traceparent')?.split('-')[1] ?? null;
}

const actions: Readonly<Record<string, string>> = { waf: 'waf', tokens: 'authenticate' };

function actionOf({ by, status }: ExchangeEnd): string {
  if (by === null) return 'forward';
  if (by !== 'routing') return actions[by] ?? by;
  return status !== null && status >= 300 && status < 400 ? 'redirect' : 'fixed-response';
}
