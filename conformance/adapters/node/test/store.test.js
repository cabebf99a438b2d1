import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';

import { RedisSessionStore } from '../store.js';

const code = (wanted) => (error) => {
  assert.equal(error.code, wanted);
  assert.doesNotMatch(error.message, /secret/);
  return true;
};

async function listening(t) {
  const sockets = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  };
  t.after(stop);
  return { url: `redis://user:secret@127.0.0.1:${server.address().port}/`, stop };
}

test('bad settings are refused when the store is made', () => {
  for (const url of ['', 'nowhere', 'http://user:secret@host/', 'redis://user:secret@host/no-number']) {
    assert.throws(() => new RedisSessionStore(url), code('invalid_input'));
  }
  assert.throws(() => new RedisSessionStore('redis://host/', ''), code('invalid_input'));
});

test('a server out of reach is unavailable, every time', async (t) => {
  const { url, stop } = await listening(t);
  stop();
  const store = new RedisSessionStore(url);
  await assert.rejects(store.getSession('k'), code('unavailable'));
  await assert.rejects(store.removeSession('k'), code('unavailable'));
  await store.close();
});

test("a server that doesn't answer is a timeout, every time", async (t) => {
  const { url } = await listening(t);
  const store = new RedisSessionStore(url, 'ns', { timeout: 50 });
  await assert.rejects(store.getSession('k'), code('timeout'));
  await assert.rejects(store.getSession('k'), code('timeout'));
  await store.close();
});
