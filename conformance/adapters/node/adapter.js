#!/usr/bin/env node
/**
 * The adapter: requests of the suite from standard input, one a line, answers to standard output (chapter 11).
 * It knows nothing of the store but what target.js tells it; copy it as it is, with json.js.
 */

import { parse, stringify } from './json.js';
import * as target from './target.js';

console.log = console.error; // standard output is the suite's

const stores = new Map();
let opened = 0;

const methods = {
  initialize: () => ({ protocol_version: '1.0', language: 'JavaScript', ...target.about }),

  open_storage: async (params) => ({ storage: await target.openStorage(params) }),
  close_storage: async ({ storage }) => void (await target.closeStorage(storage)),
  async open_store({ storage }) {
    const store = String(++opened);
    stores.set(store, await target.openStore(storage));
    return { store };
  },
  async close_store({ store }) {
    await handle(store).close();
    stores.delete(store);
  },

  create_session: async ({ store, ctx, data, key }) => ({ key: await handle(store).createSession(ctx, data, key) }),
  get_session: async ({ store, key }) => ({ data: await handle(store).getSession(key) }),
  update_session: async ({ store, key, data }) => void (await handle(store).updateSession(key, data)),
  remove_session: async ({ store, key }) => void (await handle(store).removeSession(key)),
  find_by_user: async ({ store, ctx, user }) => ({ found: await handle(store).findByUser(ctx, user) }),

  decode: ({ text }) => ({ text: target.decode(Buffer.from(text, 'base64')).toString('base64') }),
  derive: ({ function: name, parts }) => ({ key: target.derive(name, parts) }),
  shutdown: () => ({}),
};

const handle = (store) => stores.get(store) ?? fail(-32602, `there is no open store ${store}`);

function fail(code, message) {
  throw Object.assign(new Error(message), { rpc: code });
}

/** The error of a response: what the store refused carries its code, a fault of the adapter's or the store's none. */
function failure(error) {
  if (error.rpc) return { code: error.rpc, message: error.message };
  if (error.code) return { code: -32000, message: error.message, data: { code: error.code } };
  console.error(error);
  return { code: -32603, message: String(error) };
}

async function answer(line) {
  const { id, method, params } = parse(line);
  const response = { jsonrpc: '2.0', id };
  try {
    if (!Object.hasOwn(methods, method)) fail(-32601, `there is no method ${method}`);
    response.result = (await methods[method](params)) ?? {};
  } catch (error) {
    response.error = failure(error);
  }
  process.stdout.write(`${stringify(response)}\n`, () => {
    if (method === 'shutdown') process.exit(0);
  });
}

// Not `readline`, which takes U+2028 for the end of a line. Requests aren't awaited: they are pipelined.
let rest = '';
for await (const chunk of process.stdin.setEncoding('utf8')) {
  const [first, ...more] = chunk.split('\n');
  const lines = [rest + first, ...more];
  rest = lines.pop();
  lines.forEach(answer);
}
process.exit(0);
