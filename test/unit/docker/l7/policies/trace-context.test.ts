import { describe, expect, it } from 'vitest';
import type { Field } from '../../../../../docker/l7/message.ts';
import { fieldValues } from '../../../../../docker/l7/message.ts';
import { continueTrace } from '../../../../../docker/l7/policies/trace-context.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const parent = '00f067aa0ba902b7';

function next(...fields: readonly Field[]) {
  const made = continueTrace(fields, (bytes) => 'ab'.repeat(bytes));
  return {
    made,
    parent: fieldValues(made.fields, 'traceparent'),
    state: fieldValues(made.fields, 'tracestate'),
  };
}

const begun = `00-${'ab'.repeat(16)}-${'ab'.repeat(8)}-03`;

describe('trace context', () => {
  it('keeps the trace, names itself as the parent, and keeps the flags that it knows', () => {
    const { made, parent: fields } = next(['Traceparent', `00-${trace}-${parent}-01`], ['x', '1']);
    expect(fields).toEqual([`00-${trace}-${'ab'.repeat(8)}-01`]);
    expect(made).toMatchObject({ traceId: trace, parentId: parent });
    expect(made.fields[0]).toEqual(['x', '1']);
    expect(next(['traceparent', `00-${trace}-${parent}-ff`]).parent[0]).toMatch(/-03$/);
  });

  it('starts anew where there is none, or none that is valid, and then drops the state', () => {
    const wrong = [
      `00-${'0'.repeat(32)}-${parent}-01`,
      `00-${trace}-${'0'.repeat(16)}-01`,
      `ff-${trace}-${parent}-01`,
      `00-${trace.toUpperCase()}-${parent}-01`,
      `00-${trace}-${parent}-01-what`,
      `00-${trace}-${parent}-1`,
      trace,
    ];
    for (const value of wrong) {
      const { parent: fields, state } = next(['traceparent', value], ['tracestate', 'a=1']);
      expect([value, fields, state]).toEqual([value, [begun], []]);
    }
    const valid: Field = ['traceparent', `00-${trace}-${parent}-01`];
    expect(next(valid, valid).parent).toEqual([begun]);
    expect(next().parent).toEqual([begun]);
  });

  it('reads a version to come by what it knows of it', () => {
    expect(next(['traceparent', `cc-${trace}-${parent}-01-what`]).parent[0]).toMatch(`00-${trace}`);
    expect(next(['traceparent', `cc-${trace}-${parent}-01what`]).parent).toEqual([begun]);
  });

  it('keeps the state in order, as one field, and drops it whole where a member is wrong', () => {
    const valid: Field = ['traceparent', `00-${trace}-${parent}-01`];
    const state = (...lines: string[]) =>
      next(valid, ...lines.map((line): Field => ['tracestate', line])).state;
    expect(state('a=1 , b=2', '', 'v@c=3')).toEqual(['a=1,b=2,v@c=3']);
    expect(state('a=1,a=2,b=3')).toEqual(['a=1,b=3']);
    expect(state('a=1,B=2')).toEqual([]);
    expect(state('a =1')).toEqual([]);
    expect(state(Array.from({ length: 33 }, (_, n) => `k${n}=1`).join(','))).toEqual([]);
    const long = `big=${'x'.repeat(200)}`;
    expect(
      state(`a=1,${long},b=${'y'.repeat(120)},c=${'y'.repeat(120)},d=${'y'.repeat(120)}`)[0],
    ).not.toContain('big');
  });
});
