import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parse, REPEATED, stringify } from '../json.js';

test('integers are exact, however large', () => {
  const text = '[0,-1,4294967295,9007199254740993,170141183460469231731687303715884105727]';
  assert.equal(stringify(parse(text)), text);
});

test('only integers are BigInts', () => {
  assert.deepEqual(parse('[1,1.0,1e0,-0,-0.0]'), [1n, 1, 1, -0, 0]);
});

test('a name that comes again is told, with what it had before', () => {
  const read = parse('{"a":1,"b":2,"\\u0061":3}');
  assert.equal(read.a, 3n);
  assert.deepEqual(read[REPEATED], [['a', 1n]]);
});

test('__proto__ is a name like any other', () => {
  assert.equal(stringify(parse('{"__proto__":"x"}')), '{"__proto__":"x"}');
});

test('quotes and backslashes end a string where they should', () => {
  for (const value of ['"', '\\', '\\"', 'a\\\\', '\u2028', '{"a":1}']) {
    assert.equal(parse(` ${JSON.stringify(value)}\n`), value);
  }
});

test('what is no JSON is refused', () => {
  const texts = ['', ' ', '{', '[1,]', '{"a":1,}', '{a:1}', '01', '+1', '1.', 'NaN', 'tru', '"a', '"\n"', '"\\x"', '1 2', '\ufeff1'];
  for (const text of texts) assert.throws(() => parse(text), SyntaxError, JSON.stringify(text));
});
