import { describe, expect, it } from 'vitest';
import { parseTracked } from '../../../../docker/kernel/conntrack.ts';

const line = (state: string, dst: string) =>
  `ipv4     2 tcp      6 431999 ${state} src=10.9.0.4 dst=${dst} sport=40000 dport=8080 packets=5 bytes=400 ` +
  `src=10.9.0.11 dst=10.9.0.4 sport=8081 dport=40000 packets=4 bytes=900 [ASSURED] mark=0 zone=0 use=2`;

describe('conntrack', () => {
  it('lists open connections to the front, with both tuples', () => {
    expect(parseTracked(line('ESTABLISHED', '10.9.0.2'), '10.9.0.2', 8080)).toEqual([
      {
        client: { from: '10.9.0.4:40000', to: '10.9.0.2:8080' },
        upstream: { from: '10.9.0.4:40000', to: '10.9.0.11:8081' },
        state: 'ESTABLISHED',
        toTarget: 400,
        fromTarget: 900,
      },
    ]);
  });

  it('leaves out what is closed and what goes elsewhere', () => {
    const text = [line('TIME_WAIT', '10.9.0.2'), line('ESTABLISHED', '10.9.0.20'), ''].join('\n');
    expect(parseTracked(text, '10.9.0.2', 8080)).toEqual([]);
  });
});
