import type { Client, Query } from "../client.ts";
import { holds } from "../demand.ts";
import { type JsonObject, textAt } from "../json.ts";
import { schemaUrns } from "../provider.ts";
import { requirements } from "../requirement.ts";

/** Makes the people and holds that a sorted list shows them in that order. */
const inOrder = async (
  scim: Client,
  people: Readonly<Record<string, JsonObject>>,
  query: Query,
  expected: readonly string[],
): Promise<void> => {
  const made = await scim.users(people);
  const { answer, resources } = await scim.list("User", { filter: `userName sw "${scim.stem}."`, ...query });
  const labelOf = (id: string) => Object.keys(made).find((label) => made[label]?.id === id) ?? "?";
  const order = resources.map((resource) => labelOf(textAt(resource, "id"))).join(", ");
  holds(answer, order === expected.join(", "), `the order ${expected.join(", ")}`, order);
};

const names = { b: { displayName: "Bravo" }, a: { displayName: "alpha" }, c: { displayName: "Charlie" } };

export const sort = requirements("sort", [
  {
    id: "7644-3.4.2.3-ascending",
    level: "MUST",
    title: "sortBy with sortOrder ascending lists the lowest value first.",
    needs: ["sort", "filter", "User.displayName"],
    run: (scim) => inOrder(scim, names, { sortBy: "displayName", sortOrder: "ascending" }, ["a", "b", "c"]),
  },
  {
    id: "7644-3.4.2.3-ascending-by-default",
    level: "MUST",
    title: "Without sortOrder the order is ascending, and letter case does not count.",
    needs: ["sort", "filter", "User.displayName"],
    run: (scim) => inOrder(scim, names, { sortBy: "displayName" }, ["a", "b", "c"]),
  },
  {
    id: "7644-3.4.2.3-descending",
    level: "MUST",
    title: "sortOrder descending lists the highest value first.",
    needs: ["sort", "filter", "User.displayName"],
    run: (scim) => inOrder(scim, names, { sortBy: "displayName", sortOrder: "descending" }, ["c", "b", "a"]),
  },
  {
    id: "7644-3.4.2.3-no-value-last",
    level: "MUST",
    title: "Resources without a value come last in ascending order.",
    needs: ["sort", "filter", "User.displayName"],
    run: (scim) => inOrder(scim, { none: {}, ...names }, { sortBy: "displayName" }, ["a", "b", "c", "none"]),
  },
  {
    id: "7644-3.4.2.3-no-value-first-descending",
    level: "MUST",
    title: "Resources without a value come first in descending order.",
    needs: ["sort", "filter", "User.displayName"],
    run: (scim) =>
      inOrder(scim, { ...names, none: {} }, { sortBy: "displayName", sortOrder: "descending" }, [
        "none",
        "c",
        "b",
        "a",
      ]),
  },
  {
    id: "7644-3.4.2.3-sub-attribute",
    level: "MUST",
    title: "sortBy takes a sub-attribute with a dot, in any letter case.",
    needs: ["sort", "filter", "User.name.familyName"],
    run: (scim) =>
      inOrder(
        scim,
        { b: { name: { familyName: "Byron" } }, a: { name: { familyName: "Adams" } } },
        { sortBy: "NAME.familyname" },
        ["a", "b"],
      ),
  },
  {
    id: "7644-3.4.2.3-primary-value",
    level: "MUST",
    title: "A multi-valued attribute sorts by its primary value, or else by its first.",
    needs: ["sort", "filter", "User.emails.primary"],
    run: async (scim) => {
      const value = (letter: string) => `${letter}.${scim.stem}@conformance.example`;
      const people = {
        second: {
          emails: [
            { value: value("a"), type: "home" },
            { value: value("m"), type: "work", primary: true },
          ],
        },
        third: { emails: [{ value: value("z"), type: "work" }] },
        first: { emails: [{ value: value("b"), type: "work" }] },
      };
      await inOrder(scim, people, { sortBy: "emails.value" }, ["first", "second", "third"]);
    },
  },
  {
    id: "7644-3.4.2.3-times",
    level: "MUST",
    title: "Times sort by instant: the newest comes first when descending.",
    needs: ["sort", "filter"],
    run: async (scim) => {
      const made: string[] = [];
      for (const label of ["a", "b"]) {
        const user = await scim.make("User", label);
        made.unshift(user.id);
        await scim.tick(user);
      }
      const query = { filter: `userName sw "${scim.stem}."`, sortBy: "meta.created", sortOrder: "descending" };
      const { answer, resources } = await scim.list("User", query);
      const ids = resources.map((resource) => textAt(resource, "id"));
      holds(answer, ids.join() === made.join(), `the newer ${made[0]} first`, ids.join(", "));
    },
  },
  {
    id: "7644-3.4.2.3-extension-attribute",
    level: "MUST",
    title: "sortBy takes an extension's attribute by its full name.",
    needs: ["sort", "filter", "enterprise", "Enterprise.department"],
    run: (scim) => {
      const of = (department: string) => ({ [schemaUrns.enterprise]: { department } });
      const query = { sortBy: `${schemaUrns.enterprise}:department` };
      return inOrder(scim, { b: of("Beta"), a: of("alpha") }, query, ["a", "b"]);
    },
  },
  {
    id: "7644-3.4.2.3-across-pages",
    level: "MUST",
    title: "The order goes on from page to page.",
    needs: ["sort", "filter", "User.displayName"],
    run: async (scim) => {
      await scim.users({
        b: { displayName: "b" },
        d: { displayName: "d" },
        a: { displayName: "a" },
        c: { displayName: "c" },
      });
      const seen: string[] = [];
      for (const startIndex of [1, 3]) {
        const query = { filter: `userName sw "${scim.stem}."`, sortBy: "displayName", count: 2, startIndex };
        const { resources } = await scim.list("User", query);
        seen.push(...resources.map((resource) => textAt(resource, "displayName")));
      }
      holds(null, seen.join() === "a,b,c,d", "a, b, c, d over two pages", seen.join(", "));
    },
  },
]);
