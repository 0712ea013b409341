import { describe, expect, it } from 'vitest';
import { bindingsOf } from '../../../../../../docker/l7/policies/transcode/bindings.ts';
import { parseProto } from '../../../../../../docker/l7/policies/transcode/proto.ts';
import { requestMessage } from '../../../../../../docker/l7/policies/transcode/request-message.ts';
import { decodeMessage, encodeMessage } from '../../../../../../docker/l7/policies/transcode/wire.ts';
import type { Value } from '../../../../../../docker/l7/policies/transcode/wire.ts';

/** One message of every type, and a service with every kind of binding. */
const all = `syntax = "proto3";
package shop.v1; // a package
import "google/api/annotations.proto";
enum Colour { RED = 0; BLUE = 1; }
message Order {
  string id = 1; int32 count = 2; repeated sint32 steps = 3; double price = 4; bool paid = 5; bytes seal = 6;
  int64 big = 7; Colour colour = 8; Item first_item = 9; repeated Item items = 10; fixed64 mark = 11; float part = 12;
  message Item { string name = 1; uint32 weight = 2; }
}
message Empty {}
service Orders {
  rpc Get (Order) returns (Order) { option (google.api.http) = { get: "/v1/orders/{id}" }; }
  rpc All (Empty) returns (Order) { option (google.api.http) = { get: "/v1/orders/all" }; }
  rpc Put (Order) returns (.shop.v1.Order) {
    option (google.api.http) = { put: "/v1/orders/{id}" body: "*" additional_bindings { post: "/v1/items/{id}" body: "first_item" } };
  }
  rpc Bare (Order) returns (Order);
}`;
const methods = parseProto(all);
const order = methods[0]?.request ?? { name: '', fields: [] };
const hex = (value: Value) => encodeMessage(order, value).toString('hex');

describe('a message on the wire', () => {
  // By the encoding's own documents, and checked with protoc.
  it.each<[Value, string]>([
    [{ id: 'testing' }, '0a0774657374696e67'],
    [{ count: 150 }, '109601'],
    [{ count: -1 }, '10ffffffffffffffffff01'],
    [{ steps: [-1, 1] }, '18011802'],
    [{ paid: true }, '2801'],
    [{ colour: 'BLUE' }, '4001'],
    [{ firstItem: { name: 'a', weight: 3 } }, '4a050a01611003'],
    [{ first_item: { name: 'a' } }, '4a030a0161'],
    [{ mark: '1' }, '590100000000000000'],
    [{ price: 1.5 }, '21000000000000f83f'],
    [{ seal: '/w==' }, '3201ff'],
    [{}, ''],
  ])('%j is %s, and comes back', (value, bytes) => {
    expect(hex(value)).toBe(bytes);
    expect(hex(decodeMessage(order, Buffer.from(bytes, 'hex')))).toBe(bytes);
  });

  it('64 bits are text in JSON; lists of numbers may be packed; the unknown is passed over', () => {
    const read = (bytes: string) => decodeMessage(order, Buffer.from(bytes, 'hex'));
    expect(read('38ffffffffffffffff7f')).toEqual({ big: '9223372036854775807' });
    expect(read('1a020102')).toEqual({ steps: [-1, 1] });
    expect(read('a006010a0161')).toEqual({ id: 'a' });
    expect(read('4005')).toEqual({ colour: 5 });
  });

  it.each<[Value, RegExp]>([
    [{ nobody: 1 }, /there is no field nobody/],
    [{ count: 'many' }, /count is not a whole number that int32 holds/],
    [{ count: 2 ** 31 }, /int32 holds/],
    [{ items: {} }, /items is not a list/],
    [{ firstItem: { weight: -1 } }, /firstItem\.weight is not a whole number that uint32 holds/],
    [{ colour: 'GREEN' }, /none of RED, BLUE/],
    [[], /not an object/],
  ])('%j is refused', (value, said) => {
    expect(() => encodeMessage(order, value)).toThrow(said);
  });

  it.each(['0a05', '0f', '08ffffffffffffffffffffff', '100a0161', '4a0a0a', '3a0161'])(
    'the bytes %s are no message',
    (bytes) => {
      expect(() => decodeMessage(order, Buffer.from(bytes, 'hex'))).toThrow();
    },
  );
});

describe('a path is a call', () => {
  const bindings = bindingsOf(methods);
  const call = (verb: string, path: string, search = '', json = '') => {
    for (const binding of bindings) {
      const fields = binding.verb === verb ? binding.match(path) : null;
      if (fields !== null)
        return [binding.method.path, decodeMessage(order, requestMessage(binding, fields, search, json))];
    }
    return null;
  };

  it('by its method and segments, a plain one before a variable', () => {
    expect(call('GET', '/v1/orders/4%202')).toEqual(['/shop.v1.Orders/Get', { id: '4 2' }]);
    expect(call('GET', '/v1/orders/all')?.[0]).toBe('/shop.v1.Orders/All');
    expect(call('GET', '/v1/orders/1/2')).toBeNull();
    expect(call('DELETE', '/v1/orders/1')).toBeNull();
    expect(call('GET', '/v1/x/../orders/7')).toEqual(['/shop.v1.Orders/Get', { id: '7' }]);
  });

  it('with the query for what the path leaves out', () => {
    const [, value] =
      call('GET', '/v1/orders/1', '?count=3&steps=-1&steps=2&first_item.name=pen&paid=true') ?? [];
    expect(value).toEqual({ id: '1', count: 3, steps: [-1, 2], firstItem: { name: 'pen' }, paid: true });
    expect(() => call('GET', '/v1/orders/1', '?who=me')).toThrow('there is no field who');
  });

  it('with the body, whole or as one field; the path goes before it', () => {
    expect(call('PUT', '/v1/orders/1', '', '{"id":"2","count":5}')).toEqual([
      '/shop.v1.Orders/Put',
      { id: '1', count: 5 },
    ]);
    expect(call('POST', '/v1/items/9', '?count=1', '{"name":"pen"}')?.[1]).toEqual({
      id: '9',
      count: 1,
      firstItem: { name: 'pen' },
    });
    expect(() => call('PUT', '/v1/orders/1', '', 'count=5')).toThrow('not JSON');
  });
});

describe('what is no such proto is refused with its place', () => {
  it.each([
    ['syntax = "proto2";', /1:10: proto3 alone/],
    ['message A { oneof x { string a = 1; } }', /1:13: oneof is not supported/],
    ['message A { map<string, string> a = 1; }', /map is not supported/],
    ['message A { Missing a = 1; }', /1:13: there is no type Missing/],
    ['message A { string a = 1; string b = 1; }', /1:38: another field of A/],
    ['message A { string a = 0; }', /a field number from 1/],
    ['import "other.proto";', /import of other.proto/],
    ['message A {}\nservice S { rpc M (stream A) returns (A); }', /2:20: streams/],
    ['service S { rpc M (A) returns (A); }', /there is no message A/],
    ['message A {} service S { rpc M (A) returns (A) { option deprecated = true; } }', /"\(" expected/],
    ['message A {', /expected, not "the end"/],
    ['message A { string a = 1 }', /";" expected, not "}"/],
    ['§', /belongs to no proto/],
  ])('%s', (text, said) => {
    expect(() => parseProto(text)).toThrow(said);
  });

  it.each([
    ['{ get: "/v1/{nobody}" }', /A has no field nobody/],
    ['{ get: "/v1/**" }', /not supported: a segment is plain/],
    ['{ get: "v1" }', /does not begin/],
    ['{ post: "/v1" body: "nobody" }', /A has no field nobody/],
    ['{ get: "/v1" response_body: "a" }', /response_body is not supported/],
    ['{ body: "*" }', /get, put, post, delete or patch is missing/],
  ])('binding %s', (rule, said) => {
    const text = `message A { string a = 1; } service S { rpc M (A) returns (A) { option (google.api.http) = ${rule}; } }`;
    expect(() => bindingsOf(parseProto(text))).toThrow(said);
  });
});
