import {
  type AttributeDifference,
  type CompiledMapping,
  type CompiledObjectMapping,
  type CurrentObject,
  clearValue,
  type DesiredAttribute,
  differenceOf,
  type MappingOutcome,
  type MatchVerdict,
  type ScopedObject,
} from "#core";
import { REDACTED } from "#core/expressions";
import { countMembers, getUsers, listMembers } from "#directory";
import { mapTexts } from "#runtime";
import { type JsonObject, readPath } from "#scim";
import type { Queryable } from "#store";
import type { TestedMapping } from "./contract.ts";
import { actionOf, type Handled, troubleOf } from "./handled.ts";
import type { JobContext } from "./job-context.ts";
import { linksOf } from "./links.ts";
import { hiding, isSecretName, isSecretPath } from "./secrecy.ts";
import { isMembers } from "./spine.ts";
import { countWritten, memberChange } from "./steps/members.ts";

export interface TestedInput {
  readonly q: Queryable;
  readonly context: JobContext;
  readonly mapping: CompiledObjectMapping;
  readonly scoped: ScopedObject;
  readonly outcomes: readonly MappingOutcome[];
  readonly handled: Handled;
  /** The account that is compared with; null without one. */
  readonly current: CurrentObject | null;
}

/** Names that a list of members begins with. */
const namedMembers = 5;

/** One row for each mapping in the order of the schema, then the required attributes that nothing maps. */
export const rowsOf = async (input: TestedInput): Promise<TestedMapping[]> => {
  const rows: TestedMapping[] = [];
  for (const outcome of input.outcomes) rows.push(await rowOf(outcome, input));
  return [...rows, ...input.mapping.unmapped.map((path) => unmapped(path, input))];
};

const rowOf = async (outcome: MappingOutcome, input: TestedInput): Promise<TestedMapping> => {
  const { mapping, error } = outcome;
  const attribute = flowing(outcome, input.current !== null || input.handled.claimed.link !== null);
  const base = {
    path: mapping.path,
    kind: kindOf(mapping),
    origin: hiding(input.handled.hidden)(mapping.origin),
    read: [...mapping.reads].map((name) => ({ name, value: readOf(name, input) })),
    from: outcome.from,
    flows: flowsOf(mapping, attribute),
    matchingPriority: mapping.matchingPriority,
  };
  if (attribute !== null && isMembers(attribute))
    return { ...base, ...(await membersOf(input, attribute.adds === true)) };
  const present = (path = mapping.path) => shown(mapping.path, presentOf(path, input.current), input);
  if (error !== null) {
    const message = hiding(input.handled.hidden)(error.message);
    return { ...base, value: null, present: present(), outcome: "failed", message };
  }
  if (attribute === null) {
    return { ...base, value: null, present: present(), outcome: "leave", message: noteOn(mapping.path, input) };
  }
  const reference = await referenceOf(attribute, input);
  if (reference !== null && reference.settled === null) {
    const { message } = reference;
    return { ...base, value: null, present: present(`${mapping.path}.value`), outcome: "leave", message };
  }
  const wanted = reference?.settled ?? chosen(attribute, input);
  const { outcome: becomes, message } = judged(wanted, input);
  return {
    ...base,
    value: wanted.value === clearValue ? null : shown(mapping.path, wanted.value, input),
    present: present(wanted.path),
    outcome: becomes,
    message: message ?? reference?.message ?? null,
  };
};

/** The attribute with the value that was found to be free, where it is one of several. */
const chosen = (attribute: DesiredAttribute, { handled }: TestedInput): DesiredAttribute =>
  attribute.candidates === undefined
    ? attribute
    : (handled.desired?.attributes.find(({ path }) => path === attribute.path) ?? attribute);

const kindOf = ({ source }: CompiledMapping): TestedMapping["kind"] =>
  source.kind === "attribute" ? "direct" : source.kind;

/** Of what a mapping asks for: what concerns an account that is there, or one that is not. What does not flow now is shown all the same. */
const flowing = ({ attributes }: MappingOutcome, exists: boolean): DesiredAttribute | null => {
  const wrong = exists ? "creation" : "update";
  return attributes.find(({ when }) => when !== wrong) ?? attributes[0] ?? null;
};

const flowsOf = (mapping: CompiledMapping, attribute: DesiredAttribute | null): TestedMapping["flows"] => {
  if (attribute !== null) return attribute.when;
  if (mapping.flow === "Never") return "never";
  if (mapping.flow === "ObjectAddOnly") return "creation";
  return mapping.source.kind === "none" || mapping.flow === "AttributeAddOnly" ? "whenEmpty" : "always";
};

const readOf = (name: string, { mapping, scoped, handled }: TestedInput): unknown => {
  const { attributes } = scoped.source;
  const value = Object.hasOwn(attributes, name) ? attributes[name] : null;
  if (value === null || value === undefined) return null;
  return isSecretName(mapping, name) ? REDACTED : mapTexts(value, hiding(handled.hidden));
};

const presentOf = (path: string, current: CurrentObject | null): unknown =>
  current === null ? undefined : readPath(current.resource as JsonObject, path);

/** A value as logs may show it; null for none. */
const shown = (path: string, value: unknown, { mapping, handled }: TestedInput): unknown => {
  if (value === undefined || value === null) return null;
  return isSecretPath(mapping, path) ? REDACTED : mapTexts(value, hiding(handled.hidden));
};

/** What a cycle would do to the attribute, and what should be known of that. */
const judged = (attribute: DesiredAttribute, input: TestedInput): Pick<TestedMapping, "outcome" | "message"> => {
  const { handled } = input;
  const { path } = attribute;
  const current = input.current ?? accountIn(handled.match);
  const trouble = troubleOf(handled);
  const hide = hiding(handled.hidden);
  if (attribute.candidates !== undefined && trouble?.code === "SelectUniqueValueFailed")
    return { outcome: "failed", message: hide(trouble.message) };
  const change = changesOf(handled).find((each) => each.path === path);
  if (change !== undefined && change.repeated !== true) return { outcome: outcomeOf(change), message: null };
  const isSame = current !== null && differenceOf([{ ...attribute, when: "always" }], current).length === 0;
  return { outcome: isSame ? "same" : "leave", message: noteOn(path, input) };
};

/** The account that was decided on, be it from memory. */
export const accountIn = (match: MatchVerdict | null): CurrentObject | null =>
  match?.kind === "linked" || match?.kind === "found" ? match.current : null;

/** What a cycle would write: nothing where it fails, or holds what it decided. */
const changesOf = (handled: Handled): readonly AttributeDifference[] => {
  const action = actionOf(handled);
  if (action === "fail" || action === "hold" || handled.decision?.kind !== "decision") return [];
  return handled.decision.changes;
};

const outcomeOf = ({ before, after }: AttributeDifference): TestedMapping["outcome"] => {
  if (after === undefined) return "clear";
  return before === undefined || before === null || before === "" ? "add" : "change";
};

/** Why an attribute is left alone, where somebody may wonder. */
const noteOn = (path: string, { handled }: TestedInput): string | null => {
  const { decision, desired } = handled;
  if (decision?.kind === "decision") return decision.drift.find((each) => each.path === path)?.why ?? null;
  return desired?.missing.includes(path) === true
    ? "A new account needs this attribute, and its mapping gives no value for this object."
    : null;
};

/** A reference as it would be written: the account of whom it means, once there is one. Null for what is none. */
const referenceOf = async (
  attribute: DesiredAttribute,
  { q, context, mapping }: TestedInput,
): Promise<{ readonly settled: DesiredAttribute | null; readonly message: string | null } | null> => {
  const { value, path } = attribute;
  if (typeof value !== "object" || !("kind" in value) || value.kind !== "reference") return null;
  const [id] = value.ids as readonly string[];
  if (id === undefined) return { settled: { ...attribute, value: clearValue, when: "update" }, message: null };
  const who = (await namesOf(q, [id], mapping)).get(id) ?? id;
  const link = (await linksOf(q, context.links, [id])).get(id);
  if (link === undefined) return { settled: null, message: `It is written once ${who} has an account.` };
  const settled = { ...attribute, path: `${path}.value`, value: link.targetId, caseExact: true };
  return { settled, message: `It means ${who}.` };
};

/** Display names, unless logs must not show them. */
const namesOf = async (
  q: Queryable,
  ids: readonly string[],
  mapping: CompiledObjectMapping,
): Promise<ReadonlyMap<string, string>> => {
  if (isSecretName(mapping, "displayName")) return new Map();
  const people = await getUsers(q, ids);
  return new Map([...people].map(([id, { attributes }]) => [id, String(attributes.displayName ?? id)]));
};

/** A group's members as a count with the first names. The target is not asked for them: what was written is known. */
const membersOf = async (
  { q, context, mapping, handled }: TestedInput,
  onlyAdds: boolean,
): Promise<Pick<TestedMapping, "value" | "present" | "outcome" | "message">> => {
  const { id } = handled.claimed.source;
  const total = await countMembers(q, id, "user");
  const first = await listMembers(q, id, { limit: namedMembers, kind: "user" });
  const ids = first.map((member) => member.id);
  const known = await namesOf(q, ids, mapping);
  const names = ids.map((member) => known.get(member) ?? member).join(", ");
  const more = total > first.length ? ` and ${total - first.length} more` : "";
  const written = await countWritten(q, context.links, id);
  const { add, remove, unsettled } = await memberChange(q, context, id, onlyAdds);
  const decision = handled.decision?.kind === "decision" ? handled.decision : null;
  const isWritten = actionOf(handled) !== "fail" && decision?.linkAfter.kind === "manage";
  const changes = isWritten ? add.length + remove.length : 0;
  const waiting = unsettled.length === 0 ? "" : ` ${unsettled.length} have no account yet.`;
  return {
    value: total === 0 ? null : `${counted(total)}: ${names}${more}`,
    present: written === 0 ? null : counted(written),
    outcome:
      changes > 0 ? (written === 0 ? "add" : "change") : isWritten && unsettled.length < total ? "same" : "leave",
    message: isWritten ? `${add.length} would be added and ${remove.length} removed.${waiting}` : null,
  };
};

const counted = (members: number): string => `${members} ${members === 1 ? "member" : "members"}`;

const unmapped = (path: string, input: TestedInput): TestedMapping => ({
  path,
  kind: "unmapped",
  origin: "",
  read: [],
  value: null,
  from: "nothing",
  flows: "never",
  present: shown(path, presentOf(path, input.current), input),
  outcome: "leave",
  matchingPriority: 0,
  message: "The target needs this attribute, and no mapping gives it a value.",
});
