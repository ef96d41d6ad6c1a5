import { hasStatus, holds, lacks, refuses, survives } from "../demand.ts";
import { at, brief } from "../json.ts";
import { requirements } from "../requirement.ts";

const nested = (depth: number, open: string, middle: string, close: string): string =>
  `${open.repeat(depth)}${middle}${close.repeat(depth)}`;

/** A body as text whose displayName is JSON that no serialiser would write. */
const withDisplayName = (body: object, json: string): string =>
  JSON.stringify({ ...body, displayName: "#" }).replace('"#"', json);

export const robustness = requirements("robustness", [
  {
    id: "7644-3.12-deep-body",
    level: "MUST",
    title: "A body of a thousand levels breaks nothing and is not stored.",
    run: async (scim) => {
      const body = withDisplayName(scim.body("User"), nested(1000, "[", "1", "]"));
      refuses(await scim.send("POST", scim.at.User, { body }));
    },
  },
  {
    id: "7644-3.12-deep-filter",
    level: "MUST",
    title: "A filter of many parentheses is answered or refused with 400 to 499.",
    needs: ["filter"],
    run: async (scim) => {
      const filter = nested(500, "(", `userName eq "${scim.stem}"`, ")");
      survives(await scim.send("GET", scim.at.User, { query: { filter } }));
    },
  },
  {
    id: "7644-3.12-long-filter",
    level: "MUST",
    title: "A filter of thousands of characters is answered or refused with 400 to 499.",
    needs: ["filter"],
    run: async (scim) => {
      const filter = Array.from({ length: 150 }, (_, index) => `userName eq "${scim.stem}.${index}"`).join(" or ");
      survives(await scim.send("GET", scim.at.User, { query: { filter } }));
    },
  },
  {
    id: "7644-3.12-prototype-names",
    level: "MUST",
    title: "Names such as __proto__ and constructor in a body have no effect on other resources.",
    run: async (scim) => {
      const body = withDisplayName(
        scim.body("User"),
        '"x","__proto__":{"title":"polluted"},"constructor":{"prototype":{"title":"polluted"}}',
      );
      survives(await scim.send("POST", scim.at.User, { body }));
      lacks(await scim.read(await scim.user()), "title");
    },
  },
  {
    id: "7644-3.12-same-name-twice",
    level: "MUST",
    title: "A body that gives an attribute twice in different letter case breaks nothing.",
    run: async (scim) => {
      const answer = await scim.send("POST", scim.at.User, {
        body: { ...scim.body("User"), displayName: "a", DISPLAYNAME: "b" },
      });
      survives(answer);
    },
  },
  {
    id: "7644-3.12-strange-ids",
    level: "MUST",
    title: "Addresses with strange ids are refused with 400 to 499.",
    run: async (scim) => {
      for (const id of [
        "%00",
        "%2e%2e%2fUsers",
        "'%20or%201=1--",
        "x".repeat(2000),
        "%F0%9F%A6%89",
        "null",
        "undefined",
      ]) {
        refuses(await scim.send("GET", `${scim.at.User}/${id}`));
      }
    },
  },
  {
    id: "7644-3.12-broken-encoding",
    level: "MUST",
    title: "A percent sign that encodes nothing breaks nothing, in the address as in the query.",
    needs: ["filter"],
    run: async (scim) => {
      survives(await scim.send("GET", `${scim.at.User}/%zz`));
      survives(await scim.send("GET", `${scim.at.User}?filter=%zz`));
      survives(await scim.send("GET", `${scim.at.User}?filter=%ff`));
    },
  },
  {
    id: "7644-3.12-null-character",
    level: "MUST",
    title: "A NUL character in a value is kept or refused, and breaks nothing.",
    needs: ["User.displayName", "filter"],
    run: async (scim) => {
      survives(
        await scim.send("POST", scim.at.User, { body: scim.body("User", undefined, { displayName: "a\u0000b" }) }),
      );
      survives(await scim.send("GET", scim.at.User, { query: { filter: 'displayName eq "a\\u0000b"' } }));
    },
  },
  {
    id: "7644-3.12-lone-surrogate",
    level: "MUST",
    title: "Half a surrogate pair in a value is kept or refused, and breaks nothing.",
    needs: ["User.displayName"],
    run: async (scim) =>
      survives(await scim.send("POST", scim.at.User, { body: withDisplayName(scim.body("User"), '"\\ud83e"') })),
  },
  {
    id: "7644-3.12-huge-numbers",
    level: "MUST",
    title: "Numbers beyond what a computer counts break nothing.",
    run: async (scim) => {
      survives(await scim.send("POST", scim.at.User, { body: withDisplayName(scim.body("User"), "1e400") }));
      survives(await scim.send("GET", scim.at.User, { query: { startIndex: "99999999999999999999", count: 1 } }));
    },
  },
  {
    id: "7644-3.12-large-body",
    level: "MUST",
    title: "A body of two megabytes is carried out or refused with 400 to 499, and the provider goes on.",
    needs: ["User.displayName"],
    run: async (scim) => {
      const body = scim.body("User", undefined, { displayName: "x".repeat(2 * 1024 * 1024) });
      survives(await scim.send("POST", scim.at.User, { body }));
      await scim.user();
    },
  },
  {
    id: "7644-3.12-many-values",
    level: "MUST",
    title: "A multi-valued attribute with two hundred values is kept whole or refused.",
    needs: ["User.phoneNumbers.type"],
    run: async (scim) => {
      const phoneNumbers = Array.from({ length: 200 }, (_, index) => ({ value: `+1 555 01${index}`, type: "other" }));
      const answer = await scim.send("POST", scim.at.User, { body: scim.body("User", undefined, { phoneNumbers }) });
      survives(answer);
      if (answer.status !== 201) return;
      const count = at(answer.body, "phoneNumbers");
      holds(
        answer,
        Array.isArray(count) && count.length === 200,
        "200 values",
        `${Array.isArray(count) ? count.length : brief(count)}`,
      );
    },
  },
  {
    id: "7644-3.12-wrong-operations",
    level: "MUST",
    title: "A PATCH whose Operations are no array of objects is 400.",
    needs: ["patch"],
    run: async (scim) => {
      const user = await scim.user();
      const schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
      for (const Operations of [
        "add",
        { op: "add" },
        [null],
        ["add"],
        [[]],
        [{ op: 1 }],
        [{ op: "add", path: 1, value: 1 }],
      ]) {
        hasStatus(await scim.send("PATCH", user.path, { body: { schemas, Operations } }), 400);
      }
    },
  },
  {
    id: "7644-3.12-wrong-schemas",
    level: "MUST",
    title: "schemas that are no array of text are 400.",
    run: async (scim) => {
      for (const schemas of [1, {}, [1], [null]]) {
        hasStatus(await scim.send("POST", scim.at.User, { body: { ...scim.body("User"), schemas } }), 400);
      }
    },
  },
  {
    id: "7644-3.12-concurrent-creates",
    level: "MUST",
    title: "Of several creates of one userName at the same time, one succeeds and the others are 409.",
    run: async (scim) => {
      const body = scim.body("User");
      const answers = await Promise.all(Array.from({ length: 4 }, () => scim.send("POST", scim.at.User, { body })));
      const statuses = answers.map(({ status }) => status).toSorted();
      holds(answers[0] ?? null, statuses.join() === "201,409,409,409", "201, 409, 409, 409", statuses.join(", "));
    },
  },
  {
    id: "7644-3.5.2-concurrent-patches",
    level: "MUST",
    title: "PATCHes of different attributes at the same time all take effect.",
    needs: ["patch", "User.displayName", "User.title", "User.nickName", "User.userType"],
    run: async (scim) => {
      const user = await scim.user();
      const names = ["displayName", "title", "nickName", "userType"];
      await Promise.all(names.map((path) => scim.patch(user, [{ op: "add", path, value: `new ${path}` }])));
      const after = await scim.read(user);
      const missing = names.filter((name) => at(after.body, name) !== `new ${name}`);
      holds(after, missing.length === 0, `all of ${names.join(", ")}`, `without ${missing.join(", ")}`);
    },
  },
]);
