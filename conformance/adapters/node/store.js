/** A session store on Redis, on the layout that programs in other languages share (chapter 7). */

import { randomUUID } from 'node:crypto';

import { createClient, ErrorReply, RESP_TYPES } from 'redis';

import { atCreate, atFind, atUpdate, scope } from './fence.js';
import { scripts } from './scripts.js';
import { decode, encode, SessionError, sessionData, tenantCtx, userId } from './session.js';

const notFound = (key) => new SessionError('not_found', `there is no session under the key ${key}`);

export class RedisSessionStore {
  #options;
  #namespace;
  #timeout;
  #connected;

  /** Connects at the first operation. All its keys' names begin with `namespace`; an operation takes `timeout` ms at most. */
  constructor(url, namespace = 'greentic:session', { timeout = 5_000 } = {}) {
    if (!url || !namespace) throw new SessionError('invalid_input', 'the URL and the namespace must not be empty');
    this.#namespace = namespace;
    this.#timeout = timeout;
    this.#options = {
      url,
      scripts,
      commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
      socket: { reconnectStrategy: false },
    };
    try {
      createClient(this.#options);
    } catch {
      throw new SessionError('invalid_input', 'the URL must be that of a Redis server'); // its text may hold a password
    }
  }

  /** Keeps a session, under `key` where one is given; answers its key. */
  async createSession(ctx, data, key = randomUUID()) {
    const caller = scope(tenantCtx(ctx, 'ctx'));
    const session = sessionData(data, 'data');
    const stored = scope(session.tenant_ctx);
    if (!key || !key.isWellFormed()) throw new SessionError('invalid_input', 'the key must be a text that is not empty');
    atCreate(caller, stored);
    const entry = this.#entry(stored, stored.user ?? caller.user);
    const anonymous = stored.user === undefined ? '1' : '0';
    const made = await this.#ask((redis) =>
      redis.insert(this.#session(key), this.#note(key), entry, key, encode(session), anonymous));
    if (!made) throw new SessionError('conflict', `the key ${key} is taken`);
    return key;
  }

  /** The session under a key, or null. */
  async getSession(key) {
    const record = await this.#record(key);
    return record === null ? null : this.#decode(key, record);
  }

  /** Replaces a session, as a whole, and leads its user to it. */
  async updateSession(key, data) {
    const session = sessionData(data, 'data');
    const given = scope(session.tenant_ctx);
    for (;;) {
      const record = await this.#record(key);
      if (record === null) throw notFound(key);
      atUpdate(scope(this.#decode(key, record).tenant_ctx), given);
      const entry = this.#entry(given, given.user);
      if (await this.#ask((redis) => redis.replace(this.#session(key), entry, key, record, encode(session)))) return;
    }
  }

  /** Forgets a session, and the entry that leads to it; a record that can't be read, too. */
  async removeSession(key) {
    for (;;) {
      const record = await this.#record(key);
      if (record === null) throw notFound(key);
      const entry = this.#ownEntry(record);
      if (await this.#ask((redis) => redis.discard(this.#session(key), this.#note(key), entry, key, record ?? ''))) return;
    }
  }

  /** The session that was last created or updated for a user, with its key, or null. */
  async findByUser(ctx, user) {
    const caller = scope(tenantCtx(ctx, 'ctx'));
    userId(user, 'user');
    if (caller.user !== undefined && caller.user !== user) return null;
    const entry = this.#entry(caller, user);
    const led = await this.#ask((redis) => redis.follow(entry, this.#session(''), this.#note('')));
    if (led === null) return null;
    const [key, kind] = led.slice(0, 2).map(String);
    const [record, note] = led.slice(2);
    if (kind === 'none') return this.#clear(entry, key, '');
    const data = this.#decode(key, kind === 'string' ? record : undefined);
    const stored = scope(data.tenant_ctx);
    const own = this.#entry(stored, stored.user ?? user);
    const anothers = stored.user === undefined && note && String(note) !== entry;
    if (own !== entry || anothers) return this.#clear(entry, key, record);
    return atFind(caller, stored) ? { key, data } : null; // the team `-` and no team share an entry
  }

  async close() {
    if (this.#connected?.[0].isOpen) await this.#connected[0].close();
  }

  #session = (key) => `${this.#namespace}:session:${key}`;
  #note = (key) => `${this.#namespace}:routed:${key}`;
  #entry = ({ env, tenant, team }, user) =>
    user === undefined ? '' : `${this.#namespace}:user:${env}:${tenant}:${team ?? '-'}:${user}`;

  /** The entry of a record's own user, '' where there is none or it can't be told. */
  #ownEntry(record) {
    try {
      const stored = scope(decode(record).tenant_ctx);
      return this.#entry(stored, stored.user);
    } catch {
      return '';
    }
  }

  /** Clears an entry that leads nowhere, unless somebody was faster. */
  async #clear(entry, key, record) {
    await this.#ask((redis) => redis.clear(entry, this.#session(key), key, record));
    return null;
  }

  /** The bytes under a key, null where there are none, undefined where it is no string. */
  async #record(key) {
    if (!key.isWellFormed()) return null;
    return this.#ask((redis) => redis.get(this.#session(key)).catch((error) => {
      if (!error.message.startsWith('WRONGTYPE')) throw error;
    }));
  }

  #decode(key, record) {
    try {
      return decode(record);
    } catch (error) {
      throw new SessionError('internal', `the record of the key ${key} can't be read`, { cause: error });
    }
  }

  /** What the server answers; its failures, and those on the way to it, as ours. */
  async #ask(command) {
    const [client, connected] = this.#connection();
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new SessionError('timeout', "Redis doesn't answer")), this.#timeout);
    });
    try {
      return await Promise.race([connected.then(() => command(client)), late]);
    } catch (error) {
      if (error.code === 'timeout' && client.isOpen) client.destroy(); // what it still answers is nobody's
      if (error instanceof SessionError) throw error;
      const code = error instanceof ErrorReply ? 'internal' : 'unavailable';
      throw new SessionError(code, `Redis: ${error.message}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  /** The client and its connecting: made when first needed, and anew when the connection was lost. */
  #connection() {
    if (!this.#connected?.[0].isOpen) {
      const client = createClient(this.#options).on('error', () => {}); // the operation that it fails tells
      this.#connected = [client, client.connect()];
    }
    return this.#connected;
  }
}
