import { type AssignmentPath, type ClauseResult, membersPath, type Reason, wayOf, wholeAccount } from "#core";
import type { FailureCode } from "#targets";
import { type Handled, troubleOf } from "./handled.ts";
import { ignoredBefore, ignoredSentence, isAllIgnored } from "./ignored.ts";
import type { JobContext } from "./job-context.ts";
import { hiding } from "./secrecy.ts";

/** One sentence or two for people: what happened to this object and why, with the way out where there is one. */
export const explain = (handled: Handled, context: JobContext): string =>
  hiding(handled.hidden)(explainOpenly(handled, context));

const explainOpenly = (handled: Handled, context: JobContext): string => {
  const { name } = handled;
  const app = context.app.displayName;
  const trouble = troubleOf(handled);
  if (handled.scoped === null) return `Objects of type ${handled.claimed.source.type} are not provisioned to ${app}.`;
  if (trouble !== null) return `${name}: ${trouble.message}`;
  const { decision } = handled;
  if (decision === null || decision.kind === "refusal") return `${name} was not decided on.`;
  if (handled.guard.kind === "hold") return `${explainHeld(handled, context)} This is held: ${handled.guard.why}`;
  const drift = decision.drift.map(({ why }) => ` ${why}`).join("");
  const again = ignoredBefore(handled).map(({ path, since }) =>
    path === wholeAccount
      ? ` ${app} has kept the account since ${since}.`
      : ` ${app} has ignored changes of ${path} since ${since}.`,
  );
  const ignored = ignoredSentence(handled, app);
  const sentence = sentences[decision.reason](name, app, handled) + drift + memberSentence(handled, context);
  return [sentence, ...(ignored === null ? [] : [` ${ignored}`]), ...again].join("");
};

/** What would become of a held object and why, without what the guard says of all that it holds. */
export const explainHeld = (handled: Handled, context: JobContext): string => {
  const { decision } = handled;
  if (decision?.kind !== "decision") return "";
  return hiding(handled.hidden)(sentences[decision.reason](handled.name, context.app.displayName, handled));
};

const ignoresMembers = ({ ignored }: Handled): boolean => ignored.some(({ path }) => path === membersPath);

const memberSentence = (handled: Handled, context: JobContext): string => {
  const { members } = handled;
  if (members === null) return "";
  const { add, remove, strangers } = members;
  const told = (count: number, which: string, what: string): readonly string[] =>
    count === 0 ? [] : [count === 1 ? `1 member${which} was ${what}` : `${count} members${which} were ${what}`];
  // Who was removed in vain is not among those who were removed.
  const added = ignoresMembers(handled) ? "to be added" : "added";
  const changed = [...told(add.length, "", added), ...told(remove.length, "", "removed")];
  const fate = context.settings.extraMembers === "remove" ? "removed" : "left alone";
  const unknown = told(strangers.length, " that the directory does not know of", fate);
  return [changed.join(", and "), ...unknown]
    .filter((sentence) => sentence !== "")
    .map((sentence) => ` ${sentence}.`)
    .join("");
};

const list = (handled: Handled): string => {
  const changes = handled.decision?.kind === "decision" ? handled.decision.changes : [];
  const changed = changes.filter(({ repeated }) => repeated !== true).map(({ path }) => path);
  return changed.length === 0 ? "nothing" : changed.join(", ");
};

const via = (paths: readonly AssignmentPath[]): string => {
  const [path] = paths.filter(({ provisionable }) => provisionable);
  if (path === undefined) return "";
  return path.group === null ? ` (assigned as ${path.roleName})` : ` (as ${path.roleName} ${wayOf(path)})`;
};

/** A preview, or what is held, tells what would be done. */
const done = (handled: Handled): string =>
  handled.outcome === null ? "would be" : isAllIgnored(handled) ? "was to be" : "was";

/** What became of somebody who is not in scope: whether there is an account, and what was done with it. */
const leaving =
  (because: (name: string, app: string, handled: Handled) => string) =>
  (name: string, app: string, handled: Handled): string => {
    const why = because(name, app, handled);
    const { decision } = handled;
    if (decision?.kind !== "decision") return why;
    if (decision.action === "disable") return `${why} The account in ${app} ${done(handled)} disabled.`;
    if (decision.action === "delete") return `${why} The account in ${app} ${done(handled)} deleted.`;
    return decision.targetId === null ? `${why} There is no account, and none is made.` : why;
  };

const sentences: Readonly<Record<Reason, (name: string, app: string, handled: Handled) => string>> = {
  NewAccount: (name, app, handled) =>
    `${name} is in scope${via(handled.scoped?.paths ?? [])} and had no account in ${app}: it ${done(handled)} created.`,
  AccountGone: (name, app, handled) =>
    `The account of ${name} had vanished from ${app}: it ${done(handled)} created anew.`,
  AttributesDiffer: (name, app, handled) =>
    `The account of ${name} in ${app} differed in ${list(handled)}: it ${done(handled)} updated.`,
  BackInScope: (name, app, handled) =>
    `${name} is back in scope${via(handled.scoped?.paths ?? [])}: the account in ${app} ${done(handled)} enabled again (${list(handled)}).`,
  InStep: (name, app, handled) =>
    handled.claimed.source.type !== "Group"
      ? `The account of ${name} in ${app} is already as it should be.`
      : handled.members === null && !ignoresMembers(handled)
        ? `The group ${name} in ${app} is already as it should be.`
        : `The attributes of the group ${name} in ${app} are as they should be.`,
  Adopted: (name, app, handled) =>
    handled.decision?.kind === "decision" && handled.decision.changes.length > 0
      ? `An account for ${name} was already in ${app}: it ${done(handled)} taken over, and ${list(handled)} brought into step.`
      : `An account for ${name} was already in ${app}, as it should be: it ${done(handled)} taken over.`,
  LinkTakenOver: (name, app) =>
    `${name} came back under a new id in the directory and has taken over the account in ${app}.`,
  NotAssigned: leaving((name, app) => `${name} is not assigned to ${app}, neither directly nor through a group.`),
  NotEffectivelyEntitled: leaving(
    (name, app, { scoped }) =>
      `${name} is assigned to ${app} only with ${roleNames(scoped?.paths ?? [])}, which ${app} does not provision (not effectively entitled). Assign another role, such as User.`,
  ),
  FilteredOut: leaving((name, app, { scoped }) => explainFilter(name, app, scoped?.clauses ?? [])),
  SignInBlocked: leaving((name) => `Sign-in of ${name} is blocked in the directory (accountEnabled is false).`),
  SoftDeleted: leaving((name) => `${name} was deleted from the directory and can be restored for 30 days.`),
  Purged: leaving((name) => `${name} was deleted from the directory for good.`),
  AlreadyDisabled: (name, app) => `${name} has left scope, and the account in ${app} is disabled already.`,
  AlreadyGone: (name, app) => `${name} has left scope, and the account in ${app} does not exist any more.`,
  Unmanaged: (name, app) =>
    `${name} left scope earlier; since then the account in ${app} is not managed and is left alone.`,
  CreateNotAllowed: (name, app) =>
    `${name} has no account in ${app}, and the mapping does not allow creating any (Target object actions: Create).`,
  UpdateNotAllowed: (name, app) =>
    `The account of ${name} in ${app} differs, and the mapping does not allow updates (Target object actions: Update).`,
  DeleteNotAllowed: (name, app) =>
    `${name} is gone from the directory; the mapping does not allow deleting accounts in ${app} (Target object actions: Delete).`,
  OutOfScopeKept: (name, app) =>
    `${name} has left scope and keeps the account in ${app}, because SkipOutOfScopeDeletions is set.`,
  NoWayToDisable: (name, app) =>
    `${name} has left scope; no mapping reads IsSoftDeleted, so the account in ${app} stays as it is.`,
  IgnoredByTarget: (name, app, { scoped }) =>
    scoped?.inScope === true
      ? `The account of ${name} in ${app} is as it should be, but for what ${app} ignores.`
      : `${name} is not in scope any more, and ${app} does not do with the account what it was asked to.`,
  UnlinkedSource: (name) => `${name} has no account.`,
};

/** Why somebody does not pass the filters: the first clause that fails, and what it saw. */
export const explainFilter = (name: string, app: string, clauses: readonly ClauseResult[]): string => {
  const failed = clauses.find(({ passed }) => !passed);
  if (failed === undefined) return `${name} does not pass the scoping filters of ${app}.`;
  return `${name} does not pass the scoping filter "${failed.filter}": ${whatItSaw(failed)}, and ${whatItWants(failed)} is wanted.`;
};

export const whatItSaw = ({ attribute, seen }: ClauseResult): string =>
  `${attribute} ${seen === null ? "is empty" : `is ${JSON.stringify(seen)}`}`;

export const whatItWants = ({ operator, operands }: ClauseResult): string =>
  [operator, operands.map((operand) => JSON.stringify(operand)).join(", ")].filter((text) => text !== "").join(" ");

const roleNames = (paths: readonly AssignmentPath[]): string =>
  [...new Set(paths.map(({ roleName }) => roleName))].join(" and ") || "no role";

/** What Entra's own log calls the reason why nothing was written. */
export const skipCodeOf = (reason: Reason): string => {
  switch (reason) {
    case "InStep":
    case "AlreadyDisabled":
      return "RedundantExport";
    case "NotAssigned":
    case "NotEffectivelyEntitled":
    case "SignInBlocked":
      return "NotEffectivelyEntitled";
    default:
      return "EntrySynchronizationSkipped";
  }
};

/** Advice for an error code of the provisioning log (entra-provisioning 3.5). */
export const adviceFor = (code: string): string =>
  Object.hasOwn(advice, code)
    ? (advice[code] ?? "")
    : "Look at the request and the answer, mend the cause, then retry the object.";

/** Codes that come from requests must all be here; those below them come from the steps before any request. */
const advice: Readonly<Record<FailureCode, string>> & Readonly<Record<string, string>> = {
  Cancelled: "Nothing needs to be done: it was cut short before its end, and is looked at again.",
  Conflict:
    "Change the value that is taken, or mend the matching attribute if that account should have been taken over.",
  InsufficientRights:
    "The token works, but its owner may not do this. Check that the owner has Admin permissions in the target.",
  InternalServerError: "The target failed; the object is tried again by itself. Ask the vendor if it goes on.",
  InvalidAnchor: "The account is gone. It is looked for again by its matching attributes.",
  InvalidDomain: "Allow the domain in the target, or map a value of a domain that it takes.",
  LicenseLimitExceeded: "Free or buy seats in the target, or assign fewer people.",
  MandatoryFieldsMissing: "Fill the attribute in the directory, or give its mapping a default value.",
  MethodNotAllowed: "The target does not offer this operation. Check the address, and untick what it cannot do.",
  MissingValues: "Fill the attribute in the directory, or give its mapping a default value.",
  NotImplemented: "The target lacks this operation. Check the address, and what the profile says that it can do.",
  NotPermitted: "The target does not let this attribute be changed. Map it at creation only, or not at all.",
  SchemaAttributeNotFound:
    "The target does not know this attribute. Mend its name in the mapping, or remove the mapping.",
  NotConfigured: "Save the address and the credentials of the application.",
  SchemaPropertyCanOnlyAcceptValue: "Map a single value to this attribute.",
  SelectUniqueValueFailed:
    "Add another rule to SelectUniqueValue, free one of the values, or map an attribute that the target can be searched by.",
  SystemForCrossDomainIdentityManagementInvalidCredentials: "Generate a new token in the target, and save it.",
  SystemForCrossDomainIdentityManagementMultipleEntriesInResponse:
    "The target answers with many objects where one was asked for. Ask the vendor, or check the address.",
  SystemForCrossDomainIdentityManagementServiceIncompatible:
    "The answer is not SCIM. Check the address: it usually ends in /scim/v2.",
  Timeout:
    "The target was too slow; the object is tried again by itself. Raise timeoutSeconds in the profile if it is always so.",
  TooManyRequests: "Nothing needs to be done: the object is tried again when the target allows it.",
  UnprocessableEntity:
    "The target refuses what it was sent. Its own words say why: mend the value, the mapping or the profile.",
  WebExceptionProtocolError: "The connection broke; the object is tried again by itself.",
  TargetIgnoredChange:
    "The target said yes and did not do it, or waits for somebody to confirm it (a new address, by mail). Confirm it, make the change there by hand, or map the attribute otherwise or not at all. It is sent again when another value is wanted, on demand, or after a restart.",
  DuplicateSourceEntries: "Give one of the people another matching value.",
  DuplicateTargetEntries: "Remove the surplus accounts in the target, or match by an attribute that is unique.",
  ImportSkipped: "Fill a matching attribute in the directory.",
  MappingFailed: "Correct the expression, or the attribute that it reads.",
  Unauthorized: "The token was refused. Generate a new one in the target and save it.",
};
