import type { Client } from "../client.ts";
import { hasStatus, holds, lacks, listed, messageUrns, refused, refusedAs, shows } from "../demand.ts";
import { type JsonObject, textAt } from "../json.ts";
import { requirements } from "../requirement.ts";

const ask = (scim: Client, path: string, more: JsonObject) =>
  scim.send("POST", `${path}/.search`, { body: { schemas: [messageUrns.search], ...more } });

export const search = requirements("search", [
  {
    id: "7644-3.4.3-filter",
    level: "MUST",
    title: "POST /Users/.search finds what the filter in its body asks for, as a ListResponse.",
    needs: ["search", "filter"],
    run: async (scim) => {
      const { ada } = await scim.users({ ada: {}, ben: {} });
      const answer = await ask(scim, scim.at.User, { filter: `userName eq "${ada?.name}"` });
      const { resources, totalResults } = listed(answer);
      holds(answer, totalResults === 1, "one result", `${totalResults}`);
      holds(answer, textAt(resources[0], "id") === ada?.id, `the user ${ada?.id}`, textAt(resources[0], "id"));
    },
  },
  {
    id: "7644-3.4.3-attributes",
    level: "MUST",
    title: "A search takes attributes and excludedAttributes as arrays.",
    needs: ["search", "filter", "User.displayName", "User.title"],
    run: async (scim) => {
      const user = await scim.user({ displayName: "Ada", title: "Analyst" });
      const filter = `userName eq "${user.name}"`;
      const only = await ask(scim, scim.at.User, { filter, attributes: ["displayName", "id"] });
      shows({ ...only, body: listed(only).resources[0] }, "displayName", "Ada");
      lacks({ ...only, body: listed(only).resources[0] }, "title");
      const without = await ask(scim, scim.at.User, { filter, excludedAttributes: ["title"] });
      lacks({ ...without, body: listed(without).resources[0] }, "title");
      shows({ ...without, body: listed(without).resources[0] }, "displayName", "Ada");
    },
  },
  {
    id: "7644-3.4.3-paging",
    level: "MUST",
    title: "A search takes startIndex and count as numbers.",
    needs: ["search", "filter"],
    run: async (scim) => {
      await scim.users({ a: {}, b: {}, c: {} });
      const answer = await ask(scim, scim.at.User, { filter: `userName sw "${scim.stem}."`, startIndex: 2, count: 1 });
      const { resources, totalResults } = listed(answer);
      holds(answer, resources.length === 1 && totalResults === 3, "1 of 3", `${resources.length} of ${totalResults}`);
    },
  },
  {
    id: "7644-3.4.3-sorting",
    level: "MUST",
    title: "A search takes sortBy and sortOrder.",
    needs: ["search", "filter", "sort", "User.displayName"],
    run: async (scim) => {
      await scim.users({ a: { displayName: "a" }, c: { displayName: "c" }, b: { displayName: "b" } });
      const answer = await ask(scim, scim.at.User, {
        filter: `userName sw "${scim.stem}."`,
        sortBy: "displayName",
        sortOrder: "descending",
      });
      const order = listed(answer).resources.map((resource) => textAt(resource, "displayName"));
      holds(answer, order.join() === "c,b,a", "c, b, a", order.join(", "));
    },
  },
  {
    id: "7644-3.4.3-search-urn",
    level: "MUST",
    title: "A search whose schemas do not list SearchRequest is 400.",
    needs: ["search"],
    run: async (scim) => {
      const body = { schemas: [messageUrns.patch], filter: "userName pr" };
      refused(await scim.send("POST", `${scim.at.User}/.search`, { body }), 400, "invalidSyntax", "invalidValue");
    },
  },
  {
    id: "7644-3.4.3-bad-filter",
    level: "MUST",
    title: "A filter that cannot be read is 400 invalidFilter in a search too.",
    needs: ["search", "filter"],
    run: async (scim) => refusedAs(await ask(scim, scim.at.User, { filter: "userName eq" }), 400, "invalidFilter"),
  },
  {
    id: "7644-3.4.3-creates-nothing",
    level: "MUST",
    title: "A search answers 200 and creates nothing.",
    needs: ["search", "filter"],
    run: async (scim) => {
      const filter = `userName sw "${scim.stem}."`;
      hasStatus(await ask(scim, scim.at.User, { filter }), 200);
      const { answer, totalResults } = await scim.list("User", { filter });
      holds(answer, totalResults === 0, "nobody", `${totalResults}`);
    },
  },
  {
    id: "7644-3.4.2.1-root-search",
    level: "MUST",
    title: "A search at the root looks among all types of resources.",
    needs: ["search", "filter", "groups"],
    run: async (scim) => {
      const user = await scim.user({ externalId: scim.stem });
      const group = await scim.group({ externalId: scim.stem });
      const answer = await ask(scim, "", { filter: `externalId eq "${scim.stem}"` });
      if ([404, 405, 501].includes(answer.status)) return scim.skip("POST /.search is not offered at the root");
      const ids = listed(answer).resources.map((resource) => textAt(resource, "id"));
      holds(answer, ids.includes(user.id) && ids.includes(group.id), "the user and the group", ids.join(", "));
    },
  },
  {
    id: "7644-3.4.2.1-root-undefined-attribute",
    level: "MUST",
    title: "At the root, an attribute that a type does not have counts as having no value there.",
    needs: ["search", "filter", "groups"],
    run: async (scim) => {
      const user = await scim.user();
      await scim.group();
      const answer = await ask(scim, "", { filter: `userName eq "${user.name}"` });
      if ([404, 405, 501].includes(answer.status)) return scim.skip("POST /.search is not offered at the root");
      const ids = listed(answer).resources.map((resource) => textAt(resource, "id"));
      holds(answer, ids.join() === user.id, `only the user ${user.id}`, ids.join(", "));
    },
  },
]);
