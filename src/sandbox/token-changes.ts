import type { Result } from "#scim";
import type { Tx } from "#store";
import { recordActivity } from "./activity.ts";
import { type Caller, may } from "./caller.ts";
import type { TokenKind } from "./callers.ts";
import { type ActivityEvent, events } from "./events.ts";
import { allOrNothing, done, lacks, no } from "./outcome.ts";
import type { Tenant } from "./tenant.ts";
import {
  deleteToken,
  insertToken,
  isOverlapping,
  listTokens,
  lockToken,
  type NewToken,
  replaceToken,
  type Token,
} from "./tokens.ts";

/** Tokens that one account may have. */
const most = 20;

const tell = (tx: Tx, tenant: Tenant, caller: Caller, event: ActivityEvent, name: string): Promise<void> =>
  recordActivity(tx, { event, at: tenant.clock.now(), caller, resources: [{ type: "tokenName", name }] });

const absent = no(404, "You have no token with this id.");

/** Makes a token that acts as the caller. */
export const createOwnToken = (
  tenant: Tenant,
  caller: Caller,
  { name, kind }: { readonly name: string; readonly kind: TokenKind },
): Promise<Result<NewToken>> =>
  allOrNothing(tenant.store, async (tx): Promise<Result<NewToken>> => {
    if (!may(caller, "API access")) return lacks("API access");
    if (kind === "basic" && !tenant.organization.settings.basicAuthentication) {
      return no(409, "This organization does not offer basic authentication. Make a bearer token.");
    }
    await lockToken(tx, caller.id, "");
    if ((await listTokens(tx, caller.id)).length >= most) {
      return no(409, `You have ${most} tokens already. Revoke one that you no longer need.`);
    }
    const made = await insertToken(tx, tenant.clock.now(), { ownerId: caller.id, name, kind }, null);
    await tell(tx, tenant, caller, events.tokenCreated, name);
    return done(made);
  });

/** Puts a new token in the place of one of the caller's, which works on for 14 days or until its own end. */
export const regenerateOwnToken = async (tenant: Tenant, caller: Caller, id: string): Promise<Result<NewToken>> => {
  const made = await allOrNothing(tenant.store, async (tx): Promise<Result<NewToken>> => {
    if (!may(caller, "API access")) return lacks("API access");
    const now = tenant.clock.now();
    const token = await lockToken(tx, caller.id, id);
    if (token === null) return absent;
    if (token.expiresAt <= now) return no(409, "This token has expired. Make a new one.");
    if (await isOverlapping(tx, token, now)) {
      return no(409, "Two tokens overlap already. Wait until the older one has ended, or revoke it.");
    }
    const next = await replaceToken(tx, caller.id, token, now);
    await tell(tx, tenant, caller, events.tokenRegenerated, token.name);
    return done(next);
  });
  tenant.callers.forget(caller.id);
  return made;
};

/** Ends one of the caller's tokens at once. */
export const revokeOwnToken = async (tenant: Tenant, caller: Caller, id: string): Promise<Result<Token>> => {
  const gone = await allOrNothing(tenant.store, async (tx): Promise<Result<Token>> => {
    const token = await lockToken(tx, caller.id, id);
    if (token === null) return absent;
    await deleteToken(tx, id);
    await tell(tx, tenant, caller, events.tokenRevoked, token.name);
    return done(token);
  });
  tenant.callers.forget(caller.id);
  return gone;
};
