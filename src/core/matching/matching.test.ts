import { expect, test } from "vitest";
import { type MatchAnswer, type MatchQuestion, nextMatch } from "./matching.ts";

const link = { targetId: "t1" };
const matching = [
  { path: "userName", value: "mia@example.org" },
  { path: "externalId", value: "mia" },
];
const byName: MatchQuestion = { kind: "find", path: "userName", value: "mia@example.org" };
const byExternalId: MatchQuestion = { kind: "find", path: "externalId", value: "mia" };
const byId: MatchQuestion = { kind: "get", id: "t1" };
const account = (id: string) => ({ id, resource: { userName: id } });
const answer = (question: MatchQuestion, ...ids: string[]): MatchAnswer => ({ question, found: ids.map(account) });

test("the link is asked for first, and an account that is there ends the search", () => {
  expect(nextMatch(link, matching, [], true)).toEqual({ ask: byId });
  expect(nextMatch(link, matching, [answer(byId, "t1")], true)).toEqual({
    verdict: { kind: "linked", current: account("t1") },
  });
  expect(nextMatch(link, [], [answer(byId, "t1")], false)).toEqual({
    verdict: { kind: "linked", current: account("t1") },
  });
});

test("an account that is gone is looked for by its attributes", () => {
  const gone = answer(byId);
  expect(nextMatch(link, matching, [gone], true)).toEqual({ ask: byName });
  expect(nextMatch(link, matching, [gone, answer(byName, "t2")], true)).toEqual({
    verdict: { kind: "found", current: account("t2"), via: "userName", goneId: "t1" },
  });
  expect(nextMatch(link, matching, [gone, answer(byName), answer(byExternalId)], true)).toEqual({
    verdict: { kind: "none", goneId: "t1" },
  });
});

test("matching attributes are asked in order; the first hit ends the search", () => {
  expect(nextMatch(null, matching, [], true)).toEqual({ ask: byName });
  expect(nextMatch(null, matching, [answer(byName)], true)).toEqual({ ask: byExternalId });
  expect(nextMatch(null, matching, [answer(byName, "a")], true)).toEqual({
    verdict: { kind: "found", current: account("a"), via: "userName", goneId: null },
  });
  expect(nextMatch(null, matching, [answer(byName), answer(byExternalId, "b")], true)).toEqual({
    verdict: { kind: "found", current: account("b"), via: "externalId", goneId: null },
  });
  expect(nextMatch(null, matching, [answer(byName), answer(byExternalId)], true)).toEqual({
    verdict: { kind: "none", goneId: null },
  });
});

test("several accounts are nobody's; a later attribute does not decide between them", () => {
  expect(nextMatch(null, matching, [answer(byName, "a", "b"), answer(byExternalId, "a")], true)).toEqual({
    verdict: { kind: "ambiguous", via: "userName", value: "mia@example.org", ids: ["a", "b"] },
  });
});

test("an answer to another value's question is no answer", () => {
  const stale = answer({ kind: "find", path: "userName", value: "old@example.org" }, "a");
  expect(nextMatch(null, matching, [stale], true)).toEqual({ ask: byName });
  expect(nextMatch({ targetId: "t9" }, matching, [answer(byId, "t1")], true)).toEqual({
    ask: { kind: "get", id: "t9" },
  });
});

test("without a value for any matching attribute nothing can be asked", () => {
  expect(nextMatch(null, [], [], true)).toEqual({ verdict: { kind: "unmatchable" } });
  expect(nextMatch(link, [], [answer(byId)], true)).toEqual({ verdict: { kind: "unmatchable" } });
});

test("who leaves is not searched for", () => {
  expect(nextMatch(null, matching, [], false)).toEqual({ verdict: { kind: "none", goneId: null } });
  expect(nextMatch(link, matching, [], false)).toEqual({ ask: byId });
  expect(nextMatch(link, matching, [answer(byId)], false)).toEqual({ verdict: { kind: "none", goneId: "t1" } });
});
