import { type AttributeDifference, type Ignored, membersPath, wholeAccount } from "#core";
import type { Handled } from "./handled.ts";

/** True where the target did nothing of what it said, or not what it was for. */
export const isAllIgnored = (handled: Handled): boolean => {
  const { decision, ignored } = handled;
  if (ignored.length === 0 || decision?.kind !== "decision" || decision.action === "create") return false;
  const paths = new Set(ignored.map(({ path }) => path));
  return isStillThere(handled) || decision.changes.every(({ path, repeated }) => repeated === true || paths.has(path));
};

/** What is remembered of what the target ignores, once the object has been handled. */
export const ignoredAfter = ({ claimed, ignored, decision, remembered, members }: Handled): readonly Ignored[] => {
  const before = claimed.link?.ignored ?? [];
  if (before.length === 0) return ignored;
  const left = new Set(decision?.kind === "decision" ? decision.drift.map(({ path }) => path) : []);
  const changed = members !== null && members.add.length + members.remove.length > 0;
  const found = new Set(ignored.map(({ path }) => path));
  const standing = before.filter(
    ({ path }) => !found.has(path) && (remembered || left.has(path) || (path === membersPath && !changed)),
  );
  return standing.length === before.length && ignored.length === 0 ? before : [...standing, ...ignored];
};

/** True where the target said that it took somebody's account away, and did not: the link stays, so that somebody can try again. */
export const isStillThere = ({ ignored }: Handled): boolean =>
  ignored.some(({ endsAccess, path }) => path === wholeAccount || (endsAccess && path !== membersPath));

/** What the target did not do, in a sentence for each attribute; null where it did all. Values that logs must not show are shown as their mapping says. */
export const ignoredSentence = (handled: Handled, app: string): string | null => {
  const { ignored, decision } = handled;
  if (ignored.length === 0) return null;
  const changes = decision?.kind === "decision" ? decision.changes : [];
  const sentences = ignored.map((one) =>
    sentenceOf(
      one,
      app,
      changes.find(({ path }) => path === one.path),
    ),
  );
  return sentences.join(" ");
};

const sentenceOf = (
  { path, wanted, has, endsAccess }: Ignored,
  app: string,
  change: AttributeDifference | undefined,
): string => {
  if (path === wholeAccount) {
    const use = endsAccess ? " and can still be used" : "";
    return `${app} answered that the account was deleted, but it is still there${use}.`;
  }
  if (path === membersPath) return membersSentence(wanted, app);
  const show = (value: unknown): string =>
    value === null ? "nothing" : (change?.shown ?? (typeof value === "string" ? `"${value}"` : JSON.stringify(value)));
  const kept = `${app} answered that ${path} was changed, but it was not: ${show(wanted)} was wanted, and the account has ${show(has)}.`;
  return endsAccess ? `The account can still be used. ${kept}` : kept;
};

const membersSentence = (wanted: unknown, app: string): string => {
  const { added, removed } = wanted as { readonly added: number; readonly removed: number };
  const parts = [
    ...(added > 0 ? [added === 1 ? "1 that was added is not in it" : `${added} that were added are not in it`] : []),
    ...(removed > 0
      ? [removed === 1 ? "1 that was removed is still in it" : `${removed} that were removed are still in it`]
      : []),
  ];
  return `${app} answered that the members of the group were changed, but ${parts.join(", and ")}.`;
};

/** What of an account's changes the target has ignored before and is asked for once more. */
export const ignoredBefore = ({ claimed, decision, ignored, outcome }: Handled): readonly Ignored[] => {
  if (decision?.kind !== "decision" || (outcome !== null && ignored.length === 0)) return [];
  const sent = new Set(decision.changes.map(({ path }) => path));
  const isAgain = ({ path }: Ignored) => sent.has(path) || (path === wholeAccount && decision.action === "delete");
  return (claimed.link?.ignored ?? []).filter(isAgain);
};
