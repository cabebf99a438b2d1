/** How the suite reaches this store. Of the adapter, this is the file to write anew for another store. */

import { createHash } from 'node:crypto';

import { createClient } from 'redis';

import { decode as read, encode } from './session.js';
import { RedisSessionStore } from './store.js';

export const about = {
  name: 'Node example on Redis',
  version: '0.1.0',
  profiles: ['core', 'keyed-create', 'concurrent', 'durable', 'redis-layout', 'codec', 'mapping'],
  options: { thread_safe: true },
};

/** A fresh place: its text is all that another process needs to open it, too. */
export const openStorage = ({ redis_url: url, namespace }) => JSON.stringify({ url, namespace });

export function openStore(storage) {
  const { url, namespace } = JSON.parse(storage);
  return new RedisSessionStore(url, namespace);
}

/** Deletes the keys of a storage, one by one: the server may be somebody's. */
export async function closeStorage(storage) {
  const { url, namespace } = JSON.parse(storage);
  const client = await createClient({ url }).connect();
  const pattern = `${namespace.replace(/[[\]*?\\^]/g, '\\$&')}:*`;
  for await (const names of client.scanIterator({ MATCH: pattern, COUNT: 1_000 })) {
    if (names.length) await client.del(names);
  }
  await client.close();
}

export const decode = (bytes) => Buffer.from(encode(read(bytes)));

const PREFIXES = { telegram: 'tg', webhook: 'wh' };

export const derive = (name, parts) =>
  createHash('sha256').update([PREFIXES[name], ...parts].join(':')).digest('hex');
