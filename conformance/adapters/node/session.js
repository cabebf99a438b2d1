/** What a session is: the members of chapter 1, read from JSON with nothing guessed, and written canonically. */

import { parse, REPEATED, stringify } from './json.js';

/** Every failure of the store: a code, which is one of the wire names, and a message that tells no secrets. */
export class SessionError extends Error {
  constructor(code, message, options) {
    super(message, options);
    this.code = code;
  }
}

const invalid = (where, wanted) => new SessionError('invalid_input', `${where} must be ${wanted}`);

const must = (right, wanted) => (value, where) => {
  if (!right(value)) throw invalid(where, wanted);
  return value;
};
const optional = (read) => Object.assign((...given) => read(...given), { absent: true, nullable: true });

const text = must((value) => typeof value === 'string' && value.isWellFormed(), 'a text');
const identifier = must(
  (value) => typeof value === 'string' && /^[A-Za-z0-9._-]+$/.test(value),
  "one or more of ASCII letters, digits, '.', '_' and '-'",
);
const integer = (low, high) =>
  must((value) => typeof value === 'bigint' && low <= value && value <= high, `an integer from ${low} to ${high}`);

/** An object whose known members are read, in this order; what isn't known is dropped. */
const object = (members) => (value, where) => {
  plainObject(value, where);
  const read = {};
  for (const [name, member] of Object.entries(members)) {
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    if (value[REPEATED]?.some(([repeated]) => repeated === name)) throw invalid(`${where}.${name}`, 'given once');
    if ((given === undefined && member.absent) || (given === null && member.nullable)) continue;
    read[name] = member(given, `${where}.${name}`);
  }
  return read;
};

function plainObject(value, where) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(where, 'an object');
  if (!Object.keys(value).every((name) => name.isWellFormed())) throw invalid(where, 'an object with names in Unicode');
}

/** A map of texts; an empty one is the same as none. */
function attributes(value, where) {
  plainObject(value, where);
  const read = Object.create(null);
  for (const [name, given] of [...(value[REPEATED] ?? []), ...Object.entries(value)]) read[name] = text(given, where);
  return Object.keys(read).length ? read : undefined;
}
attributes.absent = true;

const millis = integer(-(2n ** 127n), 2n ** 127n - 1n);

/** A TenantCtx: of the caller, or of a session. */
export const tenantCtx = object({
  env: identifier,
  tenant: identifier,
  tenant_id: identifier,
  team: optional(identifier),
  team_id: optional(identifier),
  user: optional(identifier),
  user_id: optional(identifier),
  session_id: optional(text),
  flow_id: optional(text),
  node_id: optional(text),
  provider_id: optional(text),
  trace_id: optional(text),
  i18n_id: optional(text),
  correlation_id: optional(text),
  attributes,
  deadline: optional(object({ unix_millis: (value, where) => millis(Object.is(value, -0) ? 0n : value, where) })),
  attempt: integer(0n, 2n ** 32n - 1n),
  idempotency_key: optional(text),
  impersonation: optional(object({ actor_id: identifier, reason: optional(text) })),
});

/** A SessionData. */
export const sessionData = object({
  tenant_ctx: tenantCtx,
  flow_id: identifier,
  pack_id: optional(identifier),
  cursor: object({ node_pointer: text, wait_reason: optional(text), outbox_marker: optional(text) }),
  context_json: text,
});

/** A user id that is asked for. */
export const userId = identifier;

/** The SessionData that a document holds. */
export function decode(bytes) {
  let document;
  try {
    document = parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    throw new SessionError('invalid_input', 'the document must be JSON in UTF-8', { cause: error });
  }
  return sessionData(document, 'data');
}

/** The canonical document of a SessionData that was read: equal sessions have equal texts. */
export function encode(data) {
  const { attributes: map } = data.tenant_ctx;
  const sorted = map && new Map(Object.entries(map).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  return stringify({ ...data, tenant_ctx: { ...data.tenant_ctx, attributes: sorted } });
}
