import { expect, test } from "vitest";
import { z } from "zod";
import { issueWords } from "./index.ts";

const shape = z.strictObject({
  name: z.string().min(1).max(5),
  percent: z.number().int().min(0).max(100),
  mode: z.enum(["on", "off"]),
  kind: z.literal("user"),
  ids: z.array(z.uuid()).min(1).max(2),
  active: z.boolean(),
  when: z.iso.datetime({ error: "must be in the past" }),
});
const good = {
  name: "ada",
  percent: 5,
  mode: "on",
  kind: "user",
  ids: ["0b54c7a8-3f0d-4c5a-9a51-6f1d2c3b4e5f"],
  active: true,
  when: "2030-01-31T08:00:00Z",
};

test.each<[change: object, words: string]>([
  [{ name: undefined }, "name: is missing"],
  [{ name: 5 }, "name: must be a text"],
  [{ name: "" }, "name: must not be empty"],
  [{ name: "adalovelace" }, "name: must have no more than 5 characters"],
  [{ percent: "5" }, "percent: must be a number"],
  [{ percent: 1.5 }, "percent: must be a whole number"],
  [{ percent: -1 }, "percent: must be at least 0"],
  [{ percent: 101 }, "percent: must be at most 100"],
  [{ mode: "maybe" }, 'mode: must be one of "on", "off"'],
  [{ mode: undefined }, 'mode: must be one of "on", "off", and is missing'],
  [{ kind: "group" }, 'kind: must be "user"'],
  [{ ids: [] }, "ids: must not be empty"],
  [{ ids: ["x"] }, "ids.0: must be an id, such as 0b54c7a8-3f0d-4c5a-9a51-6f1d2c3b4e5f"],
  [{ ids: {} }, "ids: must be a list"],
  [{ active: "yes" }, "active: must be true or false"],
  [{ when: "soon" }, "when: must be in the past"],
  [{ nmae: "ada" }, ': nothing is called "nmae" here; leave it out'],
])("%j", (change, words) => {
  const read = shape.safeParse({ ...good, ...change }, { error: issueWords });
  expect(read.error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`)).toEqual([words]);
});
