import { type JsonObject, type JsonValue, readPath, sameJson } from "#scim";
import { type AttributeDifference, differenceOf, isEmpty } from "../decision/difference.ts";
import { activePath, type CurrentObject, type DesiredAttribute, type Ignored, wholeAccount } from "../objects.ts";

/** What was sent for an attribute; null: that it be gone. */
const wantedOf = ({ adds, after }: AttributeDifference): unknown => adds ?? after ?? null;

/** A change as it is remembered once the target has turned out to ignore it. @param since as ISO text */
export const ignoredOf = (change: AttributeDifference, endsAccess: boolean, since: string): Ignored => ({
  path: change.path,
  wanted: wantedOf(change),
  has: change.before ?? null,
  origin: change.origin,
  since,
  endsAccess,
});

const isSame = (left: unknown, right: unknown): boolean => sameJson(left as JsonValue, right as JsonValue);

/**
 * The difference that is left alone because the target has ignored this very change; undefined where it is to be sent: another value is wanted by now, from another
 * mapping, or the target has another one.
 */
const standingFor = (change: AttributeDifference, ignored: readonly Ignored[]): Ignored | undefined =>
  ignored.find(
    ({ path, wanted, has, origin }) =>
      path === change.path &&
      origin === change.origin &&
      isSame(wanted, wantedOf(change)) &&
      isSame(has, change.before ?? null),
  );

/** False where a mapping whose change the target ignored is another one by now, though it may give the same value: then the account is looked at. */
export const isSettled = (ignored: readonly Ignored[], desired: readonly DesiredAttribute[]): boolean =>
  ignored.every(({ path, origin }) => {
    const attribute = desired.find((each) => each.path === path);
    return attribute === undefined || attribute.origin === origin;
  });

/** Differences as they are to be sent, without those that the target has ignored; these are told. */
export const withoutIgnored = (
  differences: readonly AttributeDifference[],
  ignored: readonly Ignored[],
): { readonly changes: readonly AttributeDifference[]; readonly drift: readonly { path: string; why: string }[] } => {
  if (ignored.length === 0) return { changes: differences, drift: [] };
  const standing = differences.flatMap((change) => standingFor(change, ignored) ?? []);
  const left = new Set(standing.map(({ path }) => path));
  return {
    changes: differences.filter(({ path }) => !left.has(path)),
    drift: standing.map((one) => ({ path: one.path, why: whyLeft(one) })),
  };
};

/** Why such a change is not sent again, in one sentence. */
export const whyLeft = ({ path, since, endsAccess }: Ignored): string => {
  if (path === wholeAccount)
    return `The target has answered since ${since} that it is deleted, and still has it: delete it there by hand, or try again on demand.`;
  if (endsAccess)
    return `The target has ignored the change of ${path} since ${since}, so the account may still be used: disable it there by hand, or try again on demand.`;
  return `The target has ignored the change of ${path} since ${since}: it is sent again when another value is wanted, on demand, or after a restart.`;
};

/**
 * What of a write that was answered with success is not to be seen in the account. What the target never shows counts as done, and so does what it keeps in a form
 * of its own: in another case, with other spaces or punctuation.
 */
export const remainsOf = (
  changes: readonly AttributeDifference[],
  desired: readonly DesiredAttribute[],
  seen: CurrentObject,
): readonly AttributeDifference[] => {
  const sent = new Map(changes.map((change) => [change.path, change]));
  const attributes = desired.flatMap((attribute): DesiredAttribute[] =>
    sent.has(attribute.path) && attribute.unseen !== true ? [{ ...attribute, when: "always" }] : [],
  );
  return differenceOf(attributes, seen).filter(({ before, after }) => !isOwnForm(before, after));
};

/** What remains of a write by its own answer: only what that shows, as it may be no whole account. */
export const contradictionsOf = (
  changes: readonly AttributeDifference[],
  desired: readonly DesiredAttribute[],
  answer: CurrentObject,
): readonly AttributeDifference[] => remainsOf(changes, desired, answer).filter(({ before }) => !isEmpty(before));

const isOwnForm = (has: unknown, wanted: unknown): boolean => {
  const [left, right] = [bare(has), bare(wanted)];
  return left !== "" && left === right;
};

/** Letters and digits alone; a telephone number or an address may come with the scheme of a URI. */
const bare = (value: unknown): string => {
  const text = typeof value === "string" ? value.replace(/^(?:tel|mailto):/i, "") : (JSON.stringify(value) ?? "");
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
};

/** Whether an account is one that nobody can use. */
export const isInactive = ({ resource }: CurrentObject): boolean =>
  String(readPath(resource as JsonObject, activePath)).toLowerCase() === "false";
