/** What a page says after a change, by the word that the redirect carries. No other text can be put on a page this way. */
const sentences: Readonly<Record<string, string>> = {
  "signed-out": "You have signed out.",
  "password-set": "The password is set. Sign in with it.",
  "password-changed": "Your password has changed, and your other sessions have ended.",
  "profile-changed": "Your profile is saved.",
  "email-asked": "The new e-mail address waits until both mailboxes have confirmed it. The mails are under Mail.",
  "email-cancelled": "The change of the e-mail address is cancelled.",
  "token-revoked": "The token is revoked. Requests that present it are refused from now on.",
  moved: "You go on working there.",
  "user-added": "The user is added. The registration mail is under Mail.",
  "user-changed": "The user is saved.",
  "user-removed": "The user is removed from the organization.",
  "user-invited": "The registration mail is sent again. It is under Mail.",
  "role-added": "The role is there. Give it to users on the Users page.",
  "role-changed": "The role is saved.",
  "role-deleted": "The role is deleted.",
  "group-added": "The account group is there.",
  "group-renamed": "The account group has its new name.",
  "group-deleted": "The account group is deleted.",
  "settings-saved": "The settings are saved and work from now on.",
  "settings-same": "Nothing was changed: the settings are as they were.",
  "organization-saved": "Name and plan are saved.",
  "fault-on": "The fault is on.",
  "fault-off": "The fault is off.",
  "faults-off": "All faults are off.",
  "limit-set": "The new limit holds from now on.",
};

/** Where to go after a change that worked, to say so there. */
export const told = (path: string, done: keyof typeof sentences): string => `${path}?done=${done}`;

/** Null where a page was not reached by a change. */
export const toldBy = (done: string | undefined): string | null =>
  done !== undefined && Object.hasOwn(sentences, done) ? (sentences[done] ?? null) : null;
