import { expect, test } from 'vitest';
import { outcomeClass as inTheHost } from '../../../../electron/host/telemetry/outcome-class.ts';
import { outcomeClass } from '../../../../renderer/state/outcomes.ts';

const classes = {
  good: ['200', '2xx', '304', '101', 'grpc-0', 'echo', 'bytes', 'message', 'quic'],
  'client-error': ['404', '4xx', 'grpc-5', 'grpc-16'],
  'server-error': ['500', '5xx', 'grpc-2', 'grpc-14'],
  broken: ['refused', 'reset', 'lost-after-move', 'first-byte-timeout'],
} as const;

test.each(Object.entries(classes))('what counts as %s, on screen as in the verdicts', (kind, outcomes) => {
  expect(outcomes.map(outcomeClass)).toEqual(outcomes.map(() => kind));
  expect(outcomes.map(inTheHost)).toEqual(outcomes.map(() => kind));
});
