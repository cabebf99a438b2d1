/** Who may do what (chapter 3): pure rules, in the order env, tenant, team, user. An absent team or user is a value of its own. */

import { SessionError } from './session.js';

/** What of a TenantCtx counts: of a pair of names, the newer one. */
export const scope = (ctx) => ({
  env: ctx.env,
  tenant: ctx.tenant_id,
  team: ctx.team_id ?? ctx.team,
  user: ctx.user_id ?? ctx.user,
});

function refuse(one, other, dimensions, what) {
  const differing = dimensions.find((dimension) => one[dimension] !== other[dimension]);
  if (differing) throw new SessionError('invalid_input', `the ${differing} of ${what}`);
}

/** A session is created by a caller of its own scope; one without a user by any user of it. */
export function atCreate(caller, stored) {
  const dimensions = ['env', 'tenant', 'team', ...(stored.user === undefined ? [] : ['user'])];
  refuse(caller, stored, dimensions, "the data isn't the caller's");
}

/** An update changes nothing of whose the session is. */
export function atUpdate(stored, given) {
  refuse(stored, given, ['env', 'tenant', 'team', 'user'], "the data isn't the stored session's");
}

/** Whether a caller may have the session that a user is led to. */
export const atFind = (caller, stored) =>
  caller.env === stored.env && caller.tenant === stored.tenant && caller.team === stored.team;
