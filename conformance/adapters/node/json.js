/**
 * JSON without loss. `JSON.parse` of Node 20 rounds integers beyond 2^53 and keeps quiet about a name that comes twice;
 * a session store can afford neither. Integers are read as BigInt, all other numbers as Number; `-0` is a Number, too, and
 * the only one that is -0.
 */

/** Where an object keeps the members, pairs of name and value, that a later one of the same name took the place of. */
export const REPEATED = Symbol('repeated members');

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const LITERALS = new Map([['t', true], ['f', false], ['n', null]]);

/** The value that a text holds, which is one JSON document; `SyntaxError` otherwise. */
export function parse(text) {
  let at = 0;
  const fail = () => { throw new SyntaxError(`no JSON at character ${at}`); };
  const match = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  const skip = (character) => {
    match(SPACE);
    if (text[at] !== character) return false;
    at += 1;
    match(SPACE);
    return true;
  };

  function string() {
    let end = at;
    do {
      end = text.indexOf('"', end + 1);
      if (end < 0) fail();
    } while (escaped(end));
    const value = JSON.parse(text.slice(at, end + 1));
    at = end + 1;
    return value;
  }

  function escaped(end) {
    let first = end;
    while (text[first - 1] === '\\') first -= 1;
    return (end - first) % 2 === 1;
  }

  function number() {
    const found = match(NUMBER) ?? fail();
    if (found[1] || found[2]) return Number(found[0]) + 0; // -0.0 + 0 is 0
    return found[0] === '-0' ? -0 : BigInt(found[0]);
  }

  function literal(value) {
    if (!text.startsWith(String(value), at)) fail();
    at += String(value).length;
    return value;
  }

  function array() {
    const items = [];
    if (skip(']')) return items;
    do items.push(value()); while (skip(','));
    return skip(']') ? items : fail();
  }

  function object() {
    const members = Object.create(null); // so that `__proto__` is a name like any other
    if (skip('}')) return members;
    do {
      const name = text[at] === '"' ? string() : fail();
      if (name in members) (members[REPEATED] ??= []).push([name, members[name]]);
      if (!skip(':')) fail();
      members[name] = value();
    } while (skip(','));
    return skip('}') ? members : fail();
  }

  function value() {
    const first = text[at];
    if (first === '"') return string();
    if (LITERALS.has(first)) return literal(LITERALS.get(first));
    if (first !== '{' && first !== '[') return number();
    skip(first);
    return first === '{' ? object() : array();
  }

  match(SPACE);
  const read = value();
  match(SPACE);
  return at === text.length ? read : fail();
}

/** A value as compact JSON. BigInts are written as integers, Maps as objects in their order; `undefined` is left out. */
export function stringify(value) {
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(stringify).join()}]`;
  const members = value instanceof Map ? [...value] : Object.entries(value);
  const present = members.filter(([, member]) => member !== undefined);
  return `{${present.map(([name, member]) => `${JSON.stringify(name)}:${stringify(member)}`).join()}}`;
}
