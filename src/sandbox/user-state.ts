import {
  foldCase,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Result,
  readPath,
  schemaUrns,
  scimError,
} from "#scim";
import { isEmail } from "./email.ts";
import type { SandboxSettings } from "./settings.ts";

/** What the tenant keeps of an account. */
export interface UserState {
  readonly userName: string;
  /** The login. */
  readonly email: string;
  /** A login that waits for its confirmation. */
  readonly pendingEmail: string | null;
  readonly externalId: string | null;
  readonly displayName: string | null;
  readonly formattedName: string | null;
  readonly emails: readonly JsonValue[] | null;
  readonly active: boolean;
}

/** Longest texts that are taken, in UTF-16 units; what is indexed must fit a page of an index. */
const longest = { userName: 254, externalId: 500, displayName: 500, "name.formatted": 500 };
const mostEmails = 20;

const refuse = (detail: string): Result<never> => ({ ok: false, error: scimError("invalidValue", detail) });

const text = (value: JsonValue | undefined): string | null =>
  typeof value === "string" && value !== "" ? value : null;

/** The login a resource asks for: the primary e-mail, else the first, else userName. */
const loginOf = (userName: string, emails: readonly JsonValue[] | null): string => {
  const values = (emails ?? []).filter((entry) => isJsonObject(entry) && text(entry.value) !== null) as JsonObject[];
  return text((values.find((entry) => entry.primary === true) ?? values[0])?.value) ?? userName;
};

/**
 * The state that a checked resource asks for.
 * @param current the state before, null for a new account: `active` stays when it is not given, and a login that must be confirmed stays until it is
 */
export const stateOf = (
  resource: JsonObject,
  current: UserState | null,
  settings: Pick<SandboxSettings, "confirmEmailChanges" | "userNameMirrorsLogin">,
): Result<UserState> => {
  const texts = {
    userName: text(resource.userName),
    externalId: text(resource.externalId),
    displayName: text(resource.displayName),
    "name.formatted": text(readPath(resource, "name.formatted")),
  };
  for (const [name, limit] of Object.entries(longest)) {
    const given = texts[name as keyof typeof texts];
    if (given !== null && given.length > limit) return refuse(`"${name}" may have at most ${limit} characters.`);
  }
  const { userName } = texts;
  if (userName === null || userName.trim() === "") return refuse('"userName" is required and must not be empty.');
  const emails = isJsonArray(resource.emails) && resource.emails.length > 0 ? resource.emails : null;
  if (emails !== null && emails.length > mostEmails) return refuse(`At most ${mostEmails} e-mail addresses are kept.`);
  const asked = loginOf(userName, emails);
  if (!isEmail(asked)) {
    return refuse(
      `A user needs a valid e-mail address, in "emails" or else as "userName"; ${JSON.stringify(asked.slice(0, 80))} is none.`,
    );
  }
  const login = loginAfter(asked, current, settings);
  return {
    ok: true,
    value: {
      userName: settings.userNameMirrorsLogin ? login.email : userName,
      ...login,
      externalId: texts.externalId,
      displayName: texts.displayName,
      formattedName: texts["name.formatted"],
      emails: fold(login.pendingEmail) === fold(asked) ? withLogin(emails, asked, login.email) : emails,
      active: typeof resource.active === "boolean" ? resource.active : (current?.active ?? true),
    },
  };
};

const fold = (text: string | null): string | null => (text === null ? null : foldCase(text));

/** The login, and the one that waits, after `asked` was asked for. What was asked for before, and is asked for again, changes nothing. */
const loginAfter = (
  asked: string,
  current: UserState | null,
  { confirmEmailChanges }: Pick<SandboxSettings, "confirmEmailChanges">,
): Pick<UserState, "email" | "pendingEmail"> => {
  if (current === null) return { email: asked, pendingEmail: null };
  const { email, pendingEmail } = current;
  const before = loginOf(current.userName, current.emails);
  if (asked === before) return { email, pendingEmail };
  if (fold(asked) === fold(email)) {
    return { email: asked, pendingEmail: fold(asked) === fold(before) ? pendingEmail : null };
  }
  if (!confirmEmailChanges) return { email: asked, pendingEmail: null };
  return { email, pendingEmail: fold(asked) === fold(pendingEmail) ? pendingEmail : asked };
};

/** E-mails in which the login's own entry reads `to`, once. */
export const withLogin = (
  emails: readonly JsonValue[] | null,
  from: string,
  to: string,
): readonly JsonValue[] | null => {
  if (emails === null) return null;
  const isOf = (entry: JsonValue, login: string) =>
    isJsonObject(entry) && typeof entry.value === "string" && fold(entry.value) === fold(login);
  if (!emails.some((entry) => isOf(entry, from))) return emails;
  return emails
    .filter((entry) => isOf(entry, from) || !isOf(entry, to))
    .map((entry) => (isJsonObject(entry) && isOf(entry, from) ? { ...entry, value: to } : entry));
};

/** The attributes that clients write, as a resource: what PATCH works on and what every reply begins with. */
export const resourceOf = (id: string, state: UserState): JsonObject => ({
  schemas: [schemaUrns.user],
  id,
  ...(state.externalId === null ? {} : { externalId: state.externalId }),
  userName: state.userName,
  ...(state.formattedName === null ? {} : { name: { formatted: state.formattedName } }),
  ...(state.displayName === null ? {} : { displayName: state.displayName }),
  active: state.active,
  ...(state.emails === null ? {} : { emails: state.emails }),
});

/** The attributes in which two states differ, as the activity log names them; a login that waits is told by itself. */
export const changedNames = (before: UserState, after: UserState): readonly string[] => {
  const names: readonly (readonly [keyof UserState, string])[] = [
    ["userName", "userName"],
    ["email", "email"],
    ["externalId", "externalId"],
    ["displayName", "displayName"],
    ["formattedName", "name"],
    ["emails", "emails"],
    ["active", "active"],
  ];
  return names.filter(([key]) => JSON.stringify(before[key]) !== JSON.stringify(after[key])).map(([, name]) => name);
};
