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

  it.each([
    ['a version of one digit', `0-${trace}-${parent}-01`],
    ['a version of three', `000-${trace}-${parent}-01`],
    ['a version that is no number', `.0-${trace}-${parent}-01`],
    ['an id that is too short', `00-${trace.slice(1)}-${parent}-01`],
    ['an id that is too long', `00-${trace}0-${parent}-01`],
    ['an id with a dot', `00-.${trace.slice(1)}-${parent}-01`],
    ['a parent that is too short', `00-${trace}-${parent.slice(1)}-01`],
    ['a parent that is too long', `00-${trace}-${parent}0-01`],
    ['a parent in capitals', `00-${trace}-${parent.toUpperCase()}-01`],
    ['flags that are too long', `00-${trace}-${parent}-001`],
    ['flags that are no number', `00-${trace}-${parent}-.1`],
    ['a hyphen at the end', `00-${trace}-${parent}-01-`],
    ['spaces inside', `00- ${trace}-${parent}-01`],
    ['nothing', ''],
  ])('begins anew after %s', (_, value) => {
    expect(next(['traceparent', value], ['tracestate', 'a=1'])).toMatchObject({ parent: [begun], state: [] });
  });

  it.each([
    ['spaces and tabs around', 'a=1 \t , \t b=2', ['a=1,b=2']],
    ['empty members', 'a=1,,b=2,', ['a=1,b=2']],
    ['the longest name', `${'z'.repeat(256)}=1`, [`${'z'.repeat(256)}=1`]],
    ['a name that is too long', `${'z'.repeat(257)}=1`, []],
    [
      'the longest tenant and system',
      `${'t'.repeat(241)}@${'v'.repeat(14)}=1`,
      [`${'t'.repeat(241)}@${'v'.repeat(14)}=1`],
    ],
    ['a long tenant', `${'t'.repeat(242)}@v=1`, [`${'t'.repeat(242)}@v=1`]],
    ['a long system', `t@${'v'.repeat(15)}=1`, [`t@${'v'.repeat(15)}=1`]],
    ['a name that begins with @', '@v=1', []],
    ['a tenant without a system', 't@=1', ['t@=1']],
    ['two @', 'a@b@c=1', ['a@b@c=1']],
    ['a value with =', 'a=b=c', []],
    ['no value', 'a=', []],
    ['no =', 'a', []],
    ['every character that a name may have', 'abc0-9_*/=1', ['abc0-9_*/=1']],
    [
      'every kind of character that a value may have',
      'a=! "#$%&\'()*+-./:;<>?@[\\]^_`{|}~',
      ['a=! "#$%&\'()*+-./:;<>?@[\\]^_`{|}~'],
    ],
    [
      'as many members as may be',
      Array.from({ length: 32 }, (_, n) => `k${n}=1`).join(','),
      [Array.from({ length: 32 }, (_, n) => `k${n}=1`).join(',')],
    ],
  ])('of the state, %s', (_, value, kept) => {
    expect(next(['traceparent', `00-${trace}-${parent}-01`], ['tracestate', value]).state).toEqual(kept);
  });
});
