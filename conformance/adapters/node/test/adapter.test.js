import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

function started(t) {
  const adapter = spawn(process.execPath, [new URL('../adapter.js', import.meta.url).pathname], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => adapter.kill());
  const answers = createInterface(adapter.stdout)[Symbol.asyncIterator]();
  const answer = async () => JSON.parse((await answers.next()).value);
  return { adapter, answer };
}

const line = (method, params = {}) => Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })}\n`);

test('a line ends at its line feed, wherever the chunks do, and nowhere else', async (t) => {
  const { adapter, answer } = started(t);
  adapter.stdin.write(line('initialize', { protocol_version: '1.0', suite: 'a test' }));
  assert.equal((await answer()).result.protocol_version, '1.0'); // from now on it reads what comes as it comes
  const parts = ['a\u2028', '\u{1f600}', '\u2029\u0085'];
  for (const byte of line('derive', { function: 'webhook', parts })) {
    await new Promise((written) => { adapter.stdin.write(Buffer.of(byte), written); });
  }
  const wanted = createHash('sha256').update(`wh:${parts.join(':')}`).digest('hex');
  assert.equal((await answer()).result.key, wanted);
});

test("a method that there isn't is answered so", async (t) => {
  const { adapter, answer } = started(t);
  for (const method of ['no_such_method', 'toString']) {
    adapter.stdin.write(line(method));
    assert.equal((await answer()).error.code, -32601);
  }
});

test('a request that waits for its answer keeps no other one waiting', async (t) => {
  const sockets = [];
  const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  t.after(() => {
    sockets.forEach((socket) => socket.destroy());
    silent.close();
  });
  await once(silent, 'listening');
  const { adapter, answer } = started(t);
  const ask = (...given) => adapter.stdin.write(line(...given));
  ask('open_storage', { redis_url: `redis://127.0.0.1:${silent.address().port}/`, namespace: 'n' });
  ask('open_store', (await answer()).result);
  ask('get_session', { ...(await answer()).result, key: 'k' });
  await once(silent, 'connection');
  ask('derive', { function: 'telegram', parts: ['bot', 'chat', 'user'] });
  assert.match((await answer()).result.key, /^cd049376/);
});

test('it ends when it is told, after the answer', async (t) => {
  const { adapter, answer } = started(t);
  adapter.stdin.write(line('shutdown'));
  assert.deepEqual((await answer()).result, {});
  assert.deepEqual(await once(adapter, 'exit'), [0, null]);
});

test('it ends when its standard input does', async (t) => {
  const { adapter } = started(t);
  adapter.stdin.end();
  assert.deepEqual(await once(adapter, 'exit'), [0, null]);
});
