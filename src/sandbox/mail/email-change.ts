import { sql } from "kysely";
import { foldCase, type JsonValue, type Result, scimError } from "#scim";
import type { Tx } from "#store";
import { type Account, takenAttribute } from "../accounts.ts";
import { recordActivity } from "../activity.ts";
import type { Caller } from "../caller.ts";
import { callerOf } from "../caller-of.ts";
import { events } from "../events.ts";
import type { Organization } from "../organization.ts";
import type { Service } from "../tenant.ts";
import { withLogin } from "../user-state.ts";
import { endLinks, type Link, makeLink, useUp } from "./links.ts";
import { firstOrganization, sendMail } from "./outbox.ts";

const mailboxes = ["old-mailbox", "new-mailbox"] as const;

/** True when the login belongs to another person already. */
export const isLoginTaken = async (tx: Tx, email: string, personId: string): Promise<boolean> => {
  const { rows } =
    await sql`select 1 from sandbox.person where email_key = ${foldCase(email)} and id <> ${personId}`.execute(tx);
  return rows.length > 0;
};

/**
 * True when a new login waits for both mailboxes: where the organisation wants it so. People who are in another one as well have to confirm what any
 * but the first organisation asks for, or one could take the login of another's people.
 */
export const mustConfirm = async (
  tx: Tx,
  { id, settings }: Pick<Organization, "id" | "settings">,
  personId: string,
): Promise<boolean> => {
  if (settings.confirmEmailChanges) return true;
  const { rows } = await sql`select from sandbox.account
    where person_id = ${personId} and organization_id <> ${id} and ${id} <> ${firstOrganization} limit 1`.execute(tx);
  return rows.length > 0;
};

/**
 * Keeps a new login aside and writes to the old mailbox and the new one for a confirmation. A change that waits already gives way to this one.
 */
export const askEmailChange = async (
  tx: Tx,
  service: Service,
  caller: Caller,
  account: Pick<Account, "id" | "personId" | "email">,
  email: string,
): Promise<void> => {
  const now = service.clock.now();
  await sql`insert into sandbox.email_change (person_id, account_id, email, email_key, source, asked_at)
    values (${account.personId}, ${account.id}, ${email}, ${foldCase(email)}, ${caller.through}, ${now})
    on conflict (person_id) do update set account_id = excluded.account_id, email = excluded.email, email_key = excluded.email_key,
      source = excluded.source, asked_at = excluded.asked_at, old_confirmed_at = null, new_confirmed_at = null`.execute(
    tx,
  );
  await endLinks(tx, account.personId, mailboxes);
  for (const kind of mailboxes) {
    const to = kind === "old-mailbox" ? account.email : email;
    await sendMail(tx, service, caller.organizationId, {
      to,
      subject: "Confirm your new e-mail address",
      body: `Your login is to change from ${account.email} to ${email}. Both mailboxes must confirm it; until then ${account.email} stays your login.`,
      link: await makeLink(tx, now, kind, account.id),
    });
  }
  await recordActivity(tx, {
    event: events.emailChangeAsked,
    at: now,
    caller,
    resources: [
      { type: "userEmail", name: account.email },
      { type: "newUserEmail", name: email },
    ],
  });
};

/** Drops the change that waits, with its links. False when there is none. */
export const dropEmailChange = async (tx: Tx, personId: string): Promise<boolean> => {
  const { rows } = await sql`delete from sandbox.email_change where person_id = ${personId} returning 1`.execute(tx);
  await endLinks(tx, personId, mailboxes);
  return rows.length > 0;
};

/** Drops the change that waits because somebody said so. False when there is none. */
export const cancelEmailChange = async (
  tx: Tx,
  service: Service,
  caller: Caller,
  account: Pick<Account, "personId" | "email">,
): Promise<boolean> => {
  if (!(await dropEmailChange(tx, account.personId))) return false;
  await recordActivity(tx, {
    event: events.emailChangeCancelled,
    at: service.clock.now(),
    caller,
    resources: [{ type: "userEmail", name: account.email }],
  });
  return true;
};

interface Waiting {
  email: string;
  source: string;
  accountId: string;
  oldConfirmedAt: Date | null;
  newConfirmedAt: Date | null;
}

interface Place {
  id: string;
  userName: string;
  emails: readonly JsonValue[] | null;
  mirrors: boolean;
}

/**
 * Lets what the organisations keep of a person follow the login that has become `to`.
 * @param account where the change was asked for, as it was before
 * @param own whether that account's `userName` goes with the login; undefined leaves that account alone
 */
export const followLogin = async (
  tx: Tx,
  account: Pick<Account, "id" | "personId" | "email">,
  to: string,
  now: Date,
  own?: boolean,
): Promise<void> => {
  const places = await sql<Place>`
    select a.id, a.user_name as "userName", a.emails, coalesce((o.settings->>'userNameMirrorsLogin')::boolean, false) as mirrors
    from sandbox.account a join sandbox.organization o on o.id = a.organization_id
    where a.person_id = ${account.personId} and (a.id <> ${account.id} or ${own !== undefined}) for update of a`.execute(
    tx,
  );
  for (const place of places.rows) {
    const isOwn = own === true && place.id === account.id && foldCase(place.userName) === foldCase(account.email);
    const userName = place.mirrors || isOwn ? to : place.userName;
    const emails = withLogin(place.emails, account.email, to);
    await sql`update sandbox.account set user_name = ${userName}, user_name_key = ${foldCase(userName)},
      emails = ${emails === null ? null : JSON.stringify(emails)}::jsonb, modified_at = ${now} where id = ${place.id}`.execute(
      tx,
    );
  }
};

/** Makes the new login the login, in every organisation that the person is in. */
const applyChange = async (tx: Tx, now: Date, link: Link, waiting: Waiting): Promise<void> => {
  await sql`update sandbox.person set email = ${waiting.email}, email_key = ${foldCase(waiting.email)} where id = ${link.personId}`.execute(
    tx,
  );
  // Where no directory says what userName is, it goes with the login.
  const account = { id: waiting.accountId, personId: link.personId, email: link.email };
  await followLogin(tx, account, waiting.email, now, waiting.source !== "SCIM");
  await dropEmailChange(tx, link.personId);
};

/** What a confirmation came to: the mailbox whose turn it is, or null when the new login holds. */
export interface Confirmation {
  readonly email: string;
  readonly waitsFor: string | null;
}

/** Confirms a change from one of the two mailboxes. To be called with a locked link. @throws what `wasTaken` understands */
export const confirmEmailChange = async (
  tx: Tx,
  service: Service,
  link: Link,
  value: string,
): Promise<Result<Confirmation>> => {
  const now = service.clock.now();
  const column = sql.ref(link.kind === "old-mailbox" ? "old_confirmed_at" : "new_confirmed_at");
  const { rows } =
    await sql<Waiting>`update sandbox.email_change set ${column} = ${now} where person_id = ${link.personId}
    returning email, source, account_id as "accountId", old_confirmed_at as "oldConfirmedAt", new_confirmed_at as "newConfirmedAt"`.execute(
      tx,
    );
  const waiting = rows[0];
  const caller = await callerOf(tx, link.accountId);
  if (waiting === undefined || caller === null) {
    return { ok: false, error: scimError("invalidValue", "This change of the e-mail address no longer waits.") };
  }
  await useUp(tx, value);
  const isDone = waiting.oldConfirmedAt !== null && waiting.newConfirmedAt !== null;
  if (isDone) await applyChange(tx, now, link, waiting);
  await recordActivity(tx, {
    event: isDone ? events.emailChanged : events.emailConfirmed,
    at: now,
    caller,
    resources: [
      { type: "userEmail", name: link.email },
      { type: "newUserEmail", name: waiting.email },
    ],
  });
  const missing = waiting.oldConfirmedAt === null ? link.email : waiting.email;
  return { ok: true, value: { email: waiting.email, waitsFor: isDone ? null : missing } };
};

/** The refusal of a change whose new login, or userName, somebody else has taken meanwhile; null for other errors. */
export const wasTaken = (error: unknown): Result<never> | null =>
  takenAttribute(error) === null
    ? null
    : { ok: false, error: scimError("uniqueness", "Another user has taken this e-mail address meanwhile.") };
