import { newId } from "#runtime";
import type { Result } from "#scim";
import type { Tx } from "#store";
import {
  type Account,
  deleteAccount,
  findAccount,
  insertAccount,
  replaceRoles,
  takenAttribute,
  updateAccount,
} from "../accounts.ts";
import { recordActivity } from "../activity.ts";
import { type Caller, may } from "../caller.ts";
import { isEmail } from "../email.ts";
import { events } from "../events.ts";
import { cancelEmailChange } from "../mail/email-change.ts";
import { allOrNothing, done, lacks, no } from "../outcome.ts";
import type { Tenant } from "../tenant.ts";
import { activityOf, isId } from "../user-answers.ts";
import { changedNames, type UserState } from "../user-state.ts";
import { changeLogin } from "./change-login.ts";
import { invite, wasInvitedLately } from "./invitations.ts";
import { checkLoginAccountGroup, isElsewhere, saveLoginAccountGroup } from "./login-account-group.ts";
import { checkRoles, mayEditAccount, type RoleGrant } from "./member-roles.ts";

/** What a page or the REST API says of a new user. */
export interface MemberWish {
  readonly email: string;
  readonly name: string | null;
  readonly roles: readonly RoleGrant[];
  readonly loginAccountGroupId: string | null;
}

/** What a page or the REST API wants changed; what is undefined stays. */
export interface MemberChange {
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  /** What becomes of the roles that the account holds; undefined: they stay. */
  readonly roles?: ((held: readonly RoleGrant[]) => readonly RoleGrant[] | undefined) | undefined;
  readonly loginAccountGroupId?: string | undefined;
  readonly active?: boolean | undefined;
}

/** True when there is somebody whom the caller may edit, or add. */
export const mayEditAnybody = (caller: Caller): boolean =>
  may(caller, "Edit users") || may(caller, "Edit users in all account groups");

export const absentMember = no(404, "The organization has no user with this id.");
const notYours = no(403, "You may not edit this user: you lack the permission in an account group of the user.");

/** Runs a transaction; a login or userName that somebody else has is a refusal. */
const unlessTaken = async <Value>(tenant: Tenant, work: (tx: Tx) => Promise<Result<Value>>): Promise<Result<Value>> => {
  try {
    return await allOrNothing(tenant.store, work);
  } catch (error) {
    const attribute = takenAttribute(error);
    if (attribute === null) throw error;
    return no(409, `Another user already has this ${attribute === "email" ? "e-mail address" : "userName"}.`);
  }
};

export const createMember = (tenant: Tenant, caller: Caller, wish: MemberWish): Promise<Result<Account>> =>
  unlessTaken(tenant, async (tx): Promise<Result<Account>> => {
    if (!mayEditAnybody(caller)) return lacks("Edit users");
    if (!isEmail(wish.email)) return no(400, "Give a valid e-mail address: it becomes the login.");
    const roles = await checkRoles(tx, caller, wish.roles, []);
    if (!roles.ok) return roles;
    const { loginAccountGroupId } = wish;
    if (loginAccountGroupId !== null) {
      const checked = await checkLoginAccountGroup(tx, caller.organizationId, roles.value, loginAccountGroupId);
      if (!checked.ok) return checked;
    }
    const id = newId();
    const state = stateOfNew(wish);
    const made = await insertAccount(tx, caller.organizationId, {
      id,
      state,
      roles: roles.value,
      registeredAt: null,
      mayLink: true,
      activity: activityOf(tenant, caller, events.userCreated, state),
    });
    const account = await findAccount(tx, caller.organizationId, id, { lock: false });
    if (account === null) throw new TypeError("the user who was just made cannot be read");
    await invite(tx, tenant, account);
    // Whom another organisation knows has chosen one already, or will.
    if (made !== "created" || loginAccountGroupId === null) return done(account);
    await saveLoginAccountGroup(tx, account.personId, loginAccountGroupId);
    return done({ ...account, loginAccountGroupId });
  });

const stateOfNew = ({ email, name }: MemberWish): UserState => ({
  userName: email,
  email,
  pendingEmail: null,
  externalId: null,
  displayName: name,
  formattedName: null,
  emails: [{ value: email, type: "work", primary: true }],
  active: true,
});

/** Changes one account in one transaction, and lets its permissions be read anew. */
const changing = async (
  tenant: Tenant,
  caller: Caller,
  id: string,
  work: (tx: Tx, account: Account) => Promise<Result<Account>>,
): Promise<Result<Account>> => {
  if (!mayEditAnybody(caller)) return lacks("Edit users");
  const changed = await unlessTaken(tenant, async (tx): Promise<Result<Account>> => {
    const account = isId(id) ? await findAccount(tx, caller.organizationId, id, { lock: true }) : null;
    if (account === null) return absentMember;
    return mayEditAccount(caller, account) ? work(tx, account) : notYours;
  });
  tenant.callers.forgetAll();
  return changed;
};

const changeRoles = async (
  tx: Tx,
  tenant: Tenant,
  caller: Caller,
  account: Account,
  wanted: readonly RoleGrant[],
): Promise<Result<Account>> => {
  const roles = await checkRoles(tx, caller, wanted, account.roles);
  if (!roles.ok) return roles;
  await replaceRoles(tx, account.id, roles.value);
  await recordActivity(tx, activityOf(tenant, caller, events.userUpdated, account, ["roles"]));
  return done((await findAccount(tx, caller.organizationId, account.id, { lock: false })) ?? account);
};

const changeState = async (
  tx: Tx,
  tenant: Tenant,
  caller: Caller,
  account: Account,
  { name, active }: MemberChange,
): Promise<Account> => {
  const state = { ...account, displayName: name ?? account.displayName, active: active ?? account.active };
  const changes = changedNames(account, state);
  if (changes.length === 0) return account;
  const event =
    state.active === account.active ? events.userUpdated : state.active ? events.userActivated : events.userDeactivated;
  const activity = activityOf(tenant, caller, event, state, changes);
  await updateAccount(tx, { before: account, state, activity });
  return { ...state, modifiedAt: activity.at };
};

const changeLoginAccountGroup = async (
  tx: Tx,
  caller: Caller,
  account: Account,
  id: string,
): Promise<Result<Account>> => {
  if (id === account.loginAccountGroupId) return done(account);
  if (await isElsewhere(tx, account.personId, caller.organizationId)) {
    return no(403, "This person is in several organizations and chooses the login account group alone.");
  }
  const checked = await checkLoginAccountGroup(tx, caller.organizationId, account.roles, id);
  if (!checked.ok) return checked;
  await saveLoginAccountGroup(tx, account.personId, id);
  return done({ ...account, loginAccountGroupId: id });
};

export const updateMember = (
  tenant: Tenant,
  caller: Caller,
  id: string,
  change: MemberChange,
): Promise<Result<Account>> =>
  changing(tenant, caller, id, async (tx, before): Promise<Result<Account>> => {
    let account = before;
    const steps: ((now: Account) => Promise<Result<Account>>)[] = [];
    const { email, loginAccountGroupId } = change;
    const roles = change.roles?.(before.roles);
    if (roles !== undefined) steps.push((now) => changeRoles(tx, tenant, caller, now, roles));
    if (email !== undefined && email !== before.email) {
      if (!may(caller, "Edit user email addresses")) return lacks("Edit user email addresses");
      steps.push((now) => changeLogin(tx, tenant, caller, now, email));
    }
    if (loginAccountGroupId !== undefined) {
      steps.push((now) => changeLoginAccountGroup(tx, caller, now, loginAccountGroupId));
    }
    steps.push(async (now) => done(await changeState(tx, tenant, caller, now, change)));
    for (const step of steps) {
      const result = await step(account);
      if (!result.ok) return result;
      account = result.value;
    }
    return done(account);
  });

export const deleteMember = (tenant: Tenant, caller: Caller, id: string): Promise<Result<Account>> =>
  changing(tenant, caller, id, async (tx, account): Promise<Result<Account>> => {
    await deleteAccount(tx, account, activityOf(tenant, caller, events.userDeleted, account));
    return done(account);
  });

/** Drops a change of the login that waits for its confirmations. */
export const cancelMemberEmailChange = (tenant: Tenant, caller: Caller, id: string): Promise<Result<Account>> =>
  changing(tenant, caller, id, async (tx, account): Promise<Result<Account>> => {
    if (!may(caller, "Edit user email addresses")) return lacks("Edit user email addresses");
    const isCancelled = await cancelEmailChange(tx, tenant, caller, account);
    return isCancelled ? done({ ...account, pendingEmail: null }) : no(409, "No change of the e-mail address waits.");
  });

/** Writes to somebody who has yet to register once more, at most once in 24 hours. */
export const inviteAgain = (tenant: Tenant, caller: Caller, id: string): Promise<Result<Account>> =>
  changing(tenant, caller, id, async (tx, account): Promise<Result<Account>> => {
    if (account.registeredAt !== null) return no(409, "This user has registered already.");
    if (await wasInvitedLately(tx, account.personId, tenant.clock.now())) {
      return no(409, "The registration mail was sent within the last 24 hours. Try again later.");
    }
    await invite(tx, tenant, account);
    return done(account);
  });
