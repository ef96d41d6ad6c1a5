import { describe, expect, it } from "vitest";
import { type ProfileChanges, profileOf } from "#core";
import type { TargetFailure } from "../target.ts";
import { openHabits } from "./habits.ts";

const told = (own: ProfileChanges = {}) => profileOf({ template: {}, found: {}, baseUrl: "https://t.example", own });
const refusal = (status: number): TargetFailure => ({ status }) as TargetFailure;

describe("what refusals teach", () => {
  it.each<[status: number, own: ProfileChanges, learned: ProfileChanges | null]>([
    [415, {}, { mediaType: "application/json" }],
    [406, {}, { mediaType: "application/json" }],
    [415, { mediaType: "application/json" }, null],
    [428, {}, { ifMatch: true }],
    [428, { ifMatch: true }, null],
    [400, {}, null],
    [412, {}, null],
  ])("a %i to %j teaches %j", (status, own, learned) => {
    const habits = openHabits(told(own));
    expect(habits.learn(refusal(status), habits.profile)).toBe(learned !== null);
    expect(habits.profile).toEqual({ ...told(own), ...learned });
  });

  it("tells a request that was put the old way to go again, also after another has taught the lesson", () => {
    const habits = openHabits(told());
    const sent = habits.profile;
    habits.learn(refusal(415), sent);
    expect(habits.learn(refusal(415), sent)).toBe(true);
    expect(habits.learn(refusal(415), habits.profile)).toBe(false);
  });

  it("searches no more by what the target does not search by, and by the rest as before", () => {
    const habits = openHabits(told({ filterable: ["userName", "externalId"] }));
    habits.cannotFind("User", "USERNAME");
    expect([
      habits.canFind("User", "userName"),
      habits.canFind("User", "externalId"),
      habits.canFind("User", "title"),
      habits.canFind("Group", "displayName"),
    ]).toEqual([false, true, false, true]);
  });
});
