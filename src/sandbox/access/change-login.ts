import { foldCase, type Result } from "#scim";
import type { Tx } from "#store";
import { type Account, updateAccount } from "../accounts.ts";
import type { Caller } from "../caller.ts";
import { isEmail } from "../email.ts";
import { events } from "../events.ts";
import { askEmailChange, dropEmailChange, followLogin, isLoginTaken, mustConfirm } from "../mail/email-change.ts";
import { done, no } from "../outcome.ts";
import type { Tenant } from "../tenant.ts";
import { withLogin } from "../user-state.ts";

/**
 * Changes an account's login as a page or the REST API asks: at once, or after both mailboxes have confirmed it. Its userName goes with it.
 * To be called with a locked account. @returns the account as it is now
 */
export const changeLogin = async (
  tx: Tx,
  tenant: Tenant,
  caller: Caller,
  account: Account,
  email: string,
): Promise<Result<Account>> => {
  if (email === account.email) return done(account);
  if (!isEmail(email)) return no(400, "Give a valid e-mail address: it becomes the login.");
  if (await isLoginTaken(tx, email, account.personId)) {
    return no(409, "Another user already has this e-mail address.");
  }
  const isNew = foldCase(email) !== foldCase(account.email);
  if (isNew && (await mustConfirm(tx, tenant.organization, account.personId))) {
    if (account.pendingEmail !== null && foldCase(account.pendingEmail) === foldCase(email)) return done(account);
    await askEmailChange(tx, tenant, caller, account, email);
    return done({ ...account, pendingEmail: email });
  }
  const follows = foldCase(account.userName) === foldCase(account.email);
  const state = {
    ...account,
    email,
    pendingEmail: null,
    userName: follows ? email : account.userName,
    emails: withLogin(account.emails, account.email, email),
  };
  const activity = {
    event: events.emailChanged,
    at: tenant.clock.now(),
    caller,
    resources: [
      { type: "userEmail", name: account.email },
      { type: "newUserEmail", name: email },
    ],
  };
  await dropEmailChange(tx, account.personId);
  await updateAccount(tx, { before: account, state, activity });
  await followLogin(tx, account, email, activity.at);
  return done({ ...state, modifiedAt: activity.at });
};
