import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { decode, encode, SessionError } from '../session.js';

const lines = await readFile(new URL('../../../../spec/vectors/documents/session-data.jsonl', import.meta.url), 'utf8');

test("the specification's documents are read or refused, and written as it says", () => {
  const rows = lines.trim().split('\n').map(JSON.parse);
  assert.ok(rows.length > 100);
  for (const { id, text, base64, accepted, canonical } of rows) {
    const bytes = base64 === undefined ? Buffer.from(text) : Buffer.from(base64, 'base64');
    if (accepted) assert.equal(encode(decode(bytes)), canonical, id);
    else assert.throws(() => decode(bytes), SessionError, id);
  }
});

test('attributes are written in the order of their code points, not in that of JavaScript', () => {
  const ctx = '"env":"e","tenant":"t","tenant_id":"t"';
  const attributes = '"10":"","9":"","\uff5e":"","\u{1f600}":""';
  const text = `{"tenant_ctx":{${ctx},"attributes":{${attributes}},"attempt":0},"flow_id":"f","cursor":{"node_pointer":""},"context_json":""}`;
  assert.equal(encode(decode(Buffer.from(text))), text);
});
