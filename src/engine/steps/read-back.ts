import {
  type AttributeDifference,
  activePath,
  type CurrentObject,
  contradictionsOf,
  type Decision,
  type DesiredObject,
  type Ignored,
  ignoredOf,
  isConfirmedLater,
  isInactive,
  isReadBack,
  membersPath,
  remainsOf,
  wholeAccount,
} from "#core";
import type { Clock } from "#runtime";
import { type JsonValue, sameJson } from "#scim";
import type { Answer, Exchange, RequestOptions } from "#targets";
import type { JobContext } from "../job-context.ts";
import type { ReadBackMemory } from "../read-back-memory.ts";
import type { Claimed } from "../source-objects.ts";
import type { Outcome } from "./apply.ts";
import type { MemberChange } from "./members.ts";

/** What the look at an account after a write has shown. */
export interface ReadBack {
  /** As it was given, with the account as it really is where somebody looked. */
  readonly outcome: Outcome;
  /** What the target answered with success and did not do. */
  readonly ignored: readonly Ignored[];
  /** The look that showed it; null where nothing was ignored. */
  readonly exchange: Exchange | null;
}

export interface ReadBackInput {
  readonly claimed: Claimed;
  readonly context: JobContext;
  readonly clock: Clock;
  /** Null: nobody looks. */
  readonly memory: ReadBackMemory | null;
  /** True: somebody waits for this very object. */
  readonly asked: boolean;
  readonly options: RequestOptions;
}

/** A target may need a moment (milliseconds) until it shows what it did. */
const lookAgainAfter = 1000;

/** Write → the account as the target shows it afterwards, always, now and then, or never; what is not to be seen there twice, a moment apart, was ignored. */
export const readBack = async (
  decision: Decision,
  desired: DesiredObject | null,
  outcome: Outcome,
  input: ReadBackInput,
): Promise<ReadBack> => {
  const { claimed, context, clock, memory, asked } = input;
  const { readBack: policy } = context.settings;
  const believed: ReadBack = { outcome, ignored: [], exchange: null };
  if (outcome.kind !== "applied" || outcome.exchange === null || !outcome.settled) return believed;
  if (memory === null || policy === "off") return believed;
  const { type } = claimed.source;
  const isDeletion = decision.action === "delete";
  const wanted = desired?.attributes ?? [];
  const { profile } = context.target;
  const changes = decision.changes.filter(
    ({ path, repeated, unseen }) =>
      repeated !== true && unseen !== true && (decision.action === "create" || !isConfirmedLater(profile, path)),
  );
  const paths = isDeletion ? [wholeAccount] : changes.map(({ path }) => path);
  const touched = memory.touch(type, decision.action, paths, claimed.link?.ignored ?? []);
  const isDoubted = outcome.account !== null && contradictionsOf(changes, wanted, outcome.account).length > 0;
  const isSampled = isReadBack(policy, touched, asked, memory.draw());
  const id = outcome.account?.id ?? decision.targetId;
  if (id === null || (!isSampled && !isDoubted)) return believed;

  const look = async () => {
    const seen = await context.target.get(type, id, input.options);
    return seen.ok ? { account: seen.value, exchange: seen.exchange, remains: remainsIn(seen.value) } : null;
  };
  const remainsIn = (account: CurrentObject): readonly AttributeDifference[] =>
    isDeletion ? [deletion(account)] : remainsOf(changes, wanted, account);
  const first = await look();
  // Who cannot be seen is not accused.
  if (first === null) return believed;
  if (first.remains.length === 0) return { ...believed, outcome: { ...outcome, account: first.account } };
  await clock.sleep(lookAgainAfter, input.options.signal);
  // Who was stopped before the second look leaves it to the next cycle.
  if (input.options.signal?.aborted) return { ...believed, outcome: { ...outcome, settled: false } };
  const second = await look();
  if (second === null) return believed;
  const { account, exchange, remains } = second;
  memory.found(
    type,
    remains.map(({ path }) => path),
  );
  const ignored = remains.map((change) =>
    remembered(claimed, ignoredOf(change, endsAccess(decision, change, account), clock.now().toISOString())),
  );
  return { outcome: { ...outcome, account }, ignored, exchange: ignored.length === 0 ? null : exchange };
};

const deletion = ({ id }: CurrentObject): AttributeDifference => ({
  path: wholeAccount,
  before: id,
  after: undefined,
  origin: "",
  shown: undefined,
});

/** With the time when it was first found, where it was found before. */
const remembered = ({ link }: Claimed, found: Ignored): Ignored => {
  const before = link?.ignored.find(
    ({ path, wanted }) => path === found.path && sameJson(wanted as JsonValue, found.wanted as JsonValue),
  );
  return before === undefined ? found : { ...found, since: before.since };
};

/** What is ignored takes nobody's access where the account cannot be used anyway, or something else of the same change does. */
const endsAccess = ({ action, changes }: Decision, { path }: AttributeDifference, account: CurrentObject): boolean => {
  if (isInactive(account)) return false;
  if (action === "delete") return true;
  return action === "disable" && (path === activePath || !changes.some((change) => change.path === activePath));
};

export interface MembersReadBack {
  /** As it was given, without those who were to leave and are still there: they go on being known as members. */
  readonly written: MemberChange;
  readonly ignored: readonly Ignored[];
  readonly exchange: Exchange | null;
}

/** Asks for one of the members that were changed, and only if the target denies it twice, for all of the group's. */
export const readBackMembers = async (
  groupId: string,
  written: MemberChange,
  { claimed, context, clock, memory, asked, options }: ReadBackInput,
): Promise<MembersReadBack> => {
  const believed: MembersReadBack = { written, ignored: [], exchange: null };
  const { target, settings } = context;
  const isJoining = written.add.length > 0;
  const [member] = isJoining ? written.add : written.remove;
  if (member === undefined || memory === null || settings.readBack === "off") return believed;
  const touched = memory.touch("Group", isJoining ? "add" : "remove", [membersPath], claimed.link?.ignored ?? []);
  if (!isReadBack(settings.readBack, touched, asked, memory.draw())) return believed;
  const isDenied = (answer: Answer<boolean>) => answer.ok && answer.value !== isJoining;
  const ask = () => target.holds("Group", groupId, membersPath, member.targetId, options);
  if (!isDenied(await ask())) return believed;
  await clock.sleep(lookAgainAfter, options.signal);
  if (!isDenied(await ask())) return believed;
  // A target may not understand the question; only the group itself accuses it.
  const whole = await target.members(groupId, options);
  if (!whole.ok || options.signal?.aborted) return believed;
  const there = new Set(whole.value);
  const missing = written.add.filter(({ targetId }) => !there.has(targetId));
  const left = written.remove.filter(({ targetId }) => there.has(targetId));
  if (missing.length + left.length === 0) return believed;
  memory.found("Group", [membersPath]);
  const found: Ignored = {
    path: membersPath,
    wanted: { added: missing.length, removed: left.length },
    has: null,
    origin: "",
    since: clock.now().toISOString(),
    endsAccess: left.length > 0,
  };
  return {
    written: { ...written, remove: written.remove.filter((each) => !left.includes(each)) },
    ignored: [remembered(claimed, found)],
    exchange: whole.exchange,
  };
};
