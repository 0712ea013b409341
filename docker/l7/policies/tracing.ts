import { kind } from './policy-kind.ts';
import { continueTrace } from './trace-context.ts';

/** Takes part in W3C traces: each request leaves with this proxy as its parent, in the trace that it came with or a new one. */
export const tracing = kind('tracing', (on) => {
  if (!on) return null;
  return {
    name: 'tracing',
    request(call) {
      const { traceId, parentId, fields } = continueTrace(call.head.fields);
      call.head = { ...call.head, fields };
      call.why('tracing', `${parentId === null ? 'begins' : 'goes on with'} trace ${traceId}`);
      return null;
    },
  };
});
