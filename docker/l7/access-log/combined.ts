import { fieldValue } from '../message.ts';
import type { AccessLogForm } from './form.ts';
import { quoted } from './quoted.ts';

/** Apache's and NGINX's: client, time, request line, status, bytes of the body, where from, by what. */
export const combined: AccessLogForm = {
  request(client, { call, status, sentBytes }) {
    const { method, target, version, fields } = call.received;
    const line = quoted(`${method} ${target} HTTP/${version === '2' ? '2.0' : version}`);
    const from = quoted(fieldValue(fields, 'referer'));
    const by = quoted(fieldValue(fields, 'user-agent'));
    // NGINX: 499 for a client that left before it had a status.
    return `${addressOf(client)} - - [${time(call.at)}] ${line} ${status ?? 499} ${sentBytes} ${from} ${by}`;
  },
  refusal: (client, { status }) => `${addressOf(client)} - - [${time(Date.now())}] "-" ${status} 0 "-" "-"`,
};

function addressOf(client: string): string {
  return client.slice(0, client.lastIndexOf(':'));
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** 21/Nov/2026:10:00:00 +0000 */
function time(at: number): string {
  const date = new Date(at);
  const [day, clock = ''] = date.toISOString().split('T');
  const [year, , number] = (day ?? '').split('-');
  return `${number}/${months[date.getUTCMonth()]}/${year}:${clock.slice(0, 8)} +0000`;
}
