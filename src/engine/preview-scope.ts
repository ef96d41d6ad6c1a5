import { type ObjectType, type ScopedObject, suspicionOf } from "#core";
import type { Clock } from "#runtime";
import { learnSizes, type Store } from "#store";
import type { ScopeMove, ScopePreview } from "./contract.ts";
import { dueUnasked } from "./due.ts";
import { explainFilter, whatItSaw, whatItWants } from "./explain.ts";
import { type FirstByName, openFirstByName } from "./first-by-name.ts";
import type { Handled } from "./handled.ts";
import { inQuestion } from "./in-question.ts";
import { type JobContext, mappingOf } from "./job-context.ts";
import { decideFromMemory, guardStateOf } from "./provisional.ts";
import { hiding } from "./secrecy.ts";
import { type Claimed, readClaimed } from "./source-objects.ts";
import { scope } from "./steps/scope.ts";

export interface PreviewScopeInput {
  readonly store: Store;
  readonly clock: Clock;
  /** Under the saved schema. */
  readonly now: JobContext;
  /** Under the draft; the same where there is none. */
  readonly then: JobContext;
  /** How many of each list are named. */
  readonly first: number;
}

interface Tally {
  readonly type: ObjectType;
  considered: number;
  inScopeNow: number;
  inScopeThen: number;
  readonly entering: FirstByName<ScopeMove>;
  readonly leaving: FirstByName<ScopeMove>;
  /** Accounts that the next cycle would take away: of those who leave, and of those who are out of scope already. */
  removals: number;
  otherRemovals: number;
}

/**
 * Judges everything in question under both schemas, page by page, with the steps of a cycle: what moves is then decided on from memory as the next cycle does
 * before it writes. Nothing is saved, and the target is not asked.
 */
export const previewScope = async (input: PreviewScopeInput): Promise<readonly ScopePreview[]> => {
  const { now, then, first } = input;
  await learnSizes(input.store.db);
  const tallies: Tally[] = [];
  for (const type of ["User", "Group"] as const) {
    if (mappingOf(now, type) === null && mappingOf(then, type) === null) continue;
    const tally: Tally = {
      type,
      considered: 0,
      inScopeNow: 0,
      inScopeThen: 0,
      entering: openFirstByName(first),
      leaving: openFirstByName(first),
      removals: 0,
      otherRemovals: 0,
    };
    for await (const ids of inQuestion(input.store.db, then, type)) await judgePage(input, type, ids, tally);
    tallies.push(tally);
  }
  const guard = await guardOn(input, tallies);
  return tallies.map(({ type, considered, inScopeNow, inScopeThen, entering, leaving, removals }) => ({
    objectType: type,
    considered,
    inScopeNow,
    inScopeThen,
    entering: { count: entering.count, first: entering.first },
    leaving: { count: leaving.count, first: leaving.first },
    guard: removals > 0 ? guard : null,
  }));
};

interface Judged {
  readonly claimed: Claimed;
  /** Null where the schema does not provision such objects. */
  readonly before: ScopedObject | null;
  readonly after: ScopedObject | null;
}

const wasInScope = ({ before }: Judged): boolean => before?.inScope === true;
const willBeInScope = ({ after }: Judged): boolean => after?.inScope === true;
const moves = (one: Judged): boolean => wasInScope(one) !== willBeInScope(one);

const judgePage = async (
  { store, clock, now, then }: PreviewScopeInput,
  type: ObjectType,
  ids: readonly string[],
  tally: Tally,
): Promise<void> => {
  const page = await readClaimed(
    store.db,
    then,
    ids.map((id) => dueUnasked(type, id, "bulk", "")),
  );
  const judged = page.map((claimed) => ({ claimed, before: scope(claimed, now), after: scope(claimed, then) }));
  const counted = judged.filter(({ claimed }) => !then.settings.syncAll || claimed.source.presence === "present");
  tally.considered += counted.length;
  tally.inScopeNow += counted.filter(wasInScope).length;
  tally.inScopeThen += counted.filter(willBeInScope).length;
  const concerned = new Map(
    judged
      .filter((one) => moves(one) || (!willBeInScope(one) && mayLoseAccount(one)))
      .map((one) => [one.claimed.source.id, one]),
  );
  const decided = await decideFromMemory(
    store,
    then,
    [...concerned.values()].map(({ claimed }) => claimed),
    clock,
  );
  for (const handled of decided) {
    const one = concerned.get(handled.claimed.source.id);
    if (one === undefined) continue;
    const isRemoval = handled.decision?.kind === "decision" && handled.decision.removal;
    if (isRemoval && wasInScope(one)) tally.removals += 1;
    if (isRemoval && !wasInScope(one)) tally.otherRemovals += 1;
    if (!moves(one)) continue;
    const list = willBeInScope(one) ? tally.entering : tally.leaving;
    list.add(handled.name, handled.claimed.source.id, () => moveOf(one, handled, now, then));
  }
};

/** Somebody who left since the last cycle, or is held: the next one counts them with those who leave. */
const mayLoseAccount = ({ claimed: { link } }: Judged): boolean => link?.managed === true && !link.disabledByUs;

const moveOf = (one: Judged, handled: Handled, now: JobContext, then: JobContext): ScopeMove => {
  const { type, id, attributes } = handled.claimed.source;
  const hide = hiding(handled.hidden);
  const login = attributes.userPrincipalName;
  return {
    objectId: id,
    displayName: handled.name,
    userPrincipalName: type === "User" && typeof login === "string" ? hide(login) : null,
    because: hide(willBeInScope(one) ? whyEntering(one, handled.name, now, then) : whyLeaving(one, handled.name, then)),
    effect: effectOf(handled),
  };
};

const effectOf = ({ decision }: Handled): ScopeMove["effect"] => {
  const action = decision?.kind === "decision" ? decision.action : "skip";
  return action === "create" || action === "enable" || action === "disable" ? action : "nothing";
};

const whyLeaving = ({ claimed, after }: Judged, name: string, { app }: JobContext): string =>
  after === null
    ? `${name}: objects of type ${claimed.source.type} would not be provisioned to ${app.displayName} any more.`
    : explainFilter(name, app.displayName, after.clauses);

const whyEntering = ({ claimed, before, after }: Judged, name: string, now: JobContext, then: JobContext): string => {
  const { type } = claimed.source;
  const app = then.app.displayName;
  if (before === null) return `${name} is in scope, and objects of type ${type} would be provisioned to ${app}.`;
  const passed = passedFilter(after, mappingOf(then, type)?.filters ?? []);
  if (passed.length === 0) {
    const failed = before.clauses.find((clause) => !clause.passed);
    const why = failed === undefined ? "" : `: ${whatItSaw(failed)}, and ${whatItWants(failed)} was wanted`;
    return `No scoping filter would keep ${name} out any more${why}.`;
  }
  // Of the clauses that all hold, the one that is new decides.
  const known = new Set((mappingOf(now, type)?.filters ?? []).flatMap(({ clauses }) => clauses.map(asText)));
  const clause = passed.find((each) => !known.has(asText(each))) ?? passed[0];
  return clause === undefined
    ? ""
    : `${name} passes the scoping filter "${clause.filter}": ${whatItSaw(clause)}, as ${whatItWants(clause)} wants.`;
};

const asText = ({
  attribute,
  operator,
  operands,
}: Pick<ScopedObject["clauses"][number], "attribute" | "operator" | "operands">) =>
  JSON.stringify([attribute, operator, operands]);

/** The clauses of the first filter that holds; none where there are no filters. */
const passedFilter = (
  scoped: ScopedObject | null,
  filters: readonly { readonly clauses: readonly unknown[] }[],
): ScopedObject["clauses"] => {
  let from = 0;
  for (const { clauses } of filters) {
    const judged = scoped?.clauses.slice(from, from + clauses.length) ?? [];
    if (judged.every(({ passed }) => passed)) return judged;
    from += clauses.length;
  }
  return [];
};

/** What the guard says of all who would lose their accounts; null where it lets them go. */
const guardOn = async (
  { store, clock, then }: PreviewScopeInput,
  tallies: readonly Tally[],
): Promise<string | null> => {
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  const others = sum(({ otherRemovals }) => otherRemovals);
  const waiting = sum(({ removals }) => removals) + others;
  const { lastDay, whole, limits } = await guardStateOf(store, then, clock);
  const suspicion = suspicionOf({ waiting, lastDay, managed: whole - lastDay }, limits);
  if (suspicion === null) return null;
  const besides = others === 0 ? "" : ` ${others} of them have left scope for other reasons.`;
  return `They would be held until somebody allows or rejects them: ${suspicion.words}.${besides}`;
};
