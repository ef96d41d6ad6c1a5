import type { Client } from "../client.ts";
import { hasStatus, holds, listed, refused, survives } from "../demand.ts";
import { at, brief, textAt } from "../json.ts";
import { limitOf } from "../provider.ts";
import { requirements } from "../requirement.ts";

const several = async (scim: Client, count: number): Promise<{ filter: string; ids: readonly string[] }> => {
  const ids: string[] = [];
  for (let number = 1; number <= count; number++) ids.push((await scim.make("User", `p${number}`)).id);
  return { filter: `userName sw "${scim.stem}."`, ids: ids.toSorted() };
};

export const paging = requirements("paging", [
  {
    id: "7644-3.4.2-list-response",
    level: "MUST",
    title: "A query answers a ListResponse with totalResults and Resources.",
    run: async (scim) => {
      await scim.user();
      const answer = await scim.send("GET", scim.at.User);
      const { resources, totalResults } = listed(answer);
      holds(
        answer,
        totalResults >= 1 && resources.length >= 1,
        "at least the user just made",
        `${totalResults} in all`,
      );
    },
  },
  {
    id: "7644-3.4.2.4-count",
    level: "MUST",
    title: "No more resources are answered than count asks for, and totalResults still counts all.",
    needs: ["filter"],
    run: async (scim) => {
      const { filter } = await several(scim, 3);
      const { answer, resources, totalResults } = await scim.list("User", { filter, count: 2 });
      holds(answer, resources.length <= 2, "at most 2 resources", `${resources.length}`);
      holds(answer, totalResults === 3, "totalResults 3", `${totalResults}`);
    },
  },
  {
    id: "7644-3.4.2.4-page-members",
    level: "MUST",
    title: "A page says in itemsPerPage how many resources it has, and in startIndex where it begins.",
    needs: ["filter"],
    run: async (scim) => {
      const { filter } = await several(scim, 3);
      const { answer, resources, itemsPerPage, startIndex } = await scim.list("User", {
        filter,
        count: 2,
        startIndex: 2,
      });
      holds(answer, itemsPerPage === resources.length, `itemsPerPage ${resources.length}`, brief(itemsPerPage));
      holds(answer, startIndex === 2, "startIndex 2", brief(startIndex));
    },
  },
  {
    id: "7644-3.4.2.4-every-resource-once",
    level: "MUST",
    title: "Page after page, every resource comes once.",
    needs: ["filter"],
    run: async (scim) => {
      const { filter, ids } = await several(scim, 5);
      const seen: string[] = [];
      for (let startIndex = 1; startIndex <= 5; ) {
        const { answer, resources } = await scim.list("User", { filter, count: 2, startIndex });
        holds(answer, resources.length > 0, "a page with resources", "an empty one");
        seen.push(...resources.map((resource) => textAt(resource, "id")));
        startIndex += resources.length;
      }
      holds(null, seen.toSorted().join() === ids.join(), `each of ${ids.join(", ")} once`, seen.toSorted().join(", "));
    },
  },
  {
    id: "7644-3.4.2.4-stable-order",
    level: "SHOULD",
    title: "The same page asked for twice has the same resources.",
    needs: ["filter"],
    run: async (scim) => {
      const { filter } = await several(scim, 4);
      const page = async () => {
        const { resources } = await scim.list("User", { filter, count: 2, startIndex: 2 });
        return resources.map((resource) => textAt(resource, "id")).join();
      };
      const [first, second] = [await page(), await page()];
      holds(null, first === second, first, second);
    },
  },
  {
    id: "7644-3.4.2.4-start-below-one",
    level: "MUST",
    title: "A startIndex below 1 means 1.",
    needs: ["filter"],
    run: async (scim) => {
      const { filter } = await several(scim, 2);
      for (const startIndex of [0, -5]) {
        const { answer, resources, startIndex: told } = await scim.list("User", { filter, startIndex });
        holds(answer, resources.length === 2, "both resources", `${resources.length}`);
        holds(answer, told === undefined || told === 1, "startIndex 1, if any", brief(told));
      }
    },
  },
  {
    id: "7644-3.4.2.4-count-zero",
    level: "MUST",
    title: "A count of 0 answers totalResults and no resources.",
    needs: ["filter"],
    run: async (scim) => {
      const { filter } = await several(scim, 2);
      const { answer, resources, totalResults } = await scim.list("User", { filter, count: 0 });
      holds(answer, resources.length === 0, "no resources", `${resources.length}`);
      holds(answer, totalResults === 2, "totalResults 2", `${totalResults}`);
    },
  },
  {
    id: "7644-3.4.2.4-count-negative",
    level: "MUST",
    title: "A negative count means 0.",
    needs: ["filter"],
    run: async (scim) => {
      const { filter } = await several(scim, 1);
      const { answer, resources, totalResults } = await scim.list("User", { filter, count: -1 });
      holds(answer, resources.length === 0, "no resources", `${resources.length}`);
      holds(answer, totalResults === 1, "totalResults 1", `${totalResults}`);
    },
  },
  {
    id: "7644-3.4.2.4-beyond-the-end",
    level: "MUST",
    title: "A startIndex beyond the last resource answers 200 and no resources.",
    needs: ["filter"],
    run: async (scim) => {
      const { filter } = await several(scim, 1);
      const { answer, resources, totalResults } = await scim.list("User", { filter, startIndex: 100 });
      holds(answer, resources.length === 0 && totalResults === 1, "totalResults 1, no resources", brief(answer.text));
    },
  },
  {
    id: "7644-3.4.2.4-count-alone",
    level: "MUST",
    title: "count is understood without startIndex, and the page begins with the first resource.",
    run: async (scim) => {
      await scim.user();
      const answer = await scim.send("GET", scim.at.User, { query: { count: 1 } });
      const { resources, startIndex } = listed(answer);
      holds(answer, resources.length === 1, "one resource", `${resources.length}`);
      holds(answer, startIndex === undefined || startIndex === 1, "startIndex 1, if any", brief(startIndex));
    },
  },
  {
    id: "7643-5-max-results-kept",
    level: "MUST",
    title: "No answer has more resources than filter.maxResults says.",
    run: async (scim) => {
      await scim.user();
      const most = limitOf(scim.provider, "filter.maxResults");
      if (most === undefined) return scim.skip("filter.maxResults gives no limit");
      const answer = await scim.send("GET", scim.at.User, { query: { count: most + 1 } });
      const { resources } = listed(answer);
      holds(answer, resources.length <= most, `at most ${most} resources`, `${resources.length}`);
    },
  },
  {
    id: "7644-3.4.2.4-unreadable-numbers",
    level: "SHOULD",
    title: "A count or startIndex that is no number is refused or ignored, and breaks nothing.",
    run: async (scim) => {
      survives(await scim.send("GET", scim.at.User, { query: { count: "many" } }));
      survives(await scim.send("GET", scim.at.User, { query: { startIndex: "1e99", count: 1 } }));
    },
  },
  {
    id: "9865-2-first-page",
    level: "MUST",
    title: "An empty cursor asks for the first page; a page that is not the last has a nextCursor.",
    needs: ["cursor", "filter"],
    run: async (scim) => {
      const { filter } = await several(scim, 3);
      const { answer, resources } = await scim.list("User", { filter, cursor: "", count: 2 });
      holds(answer, resources.length <= 2, "at most 2 resources", `${resources.length}`);
      const next = at(answer.body, "nextCursor");
      holds(answer, typeof next === "string" && next !== "", "a nextCursor", brief(next));
      holds(
        answer,
        at(answer.body, "previousCursor") === undefined,
        "no previousCursor on the first page",
        "there is one",
      );
    },
  },
  {
    id: "9865-2-walk",
    level: "MUST",
    title: "Following nextCursor to the end shows every resource once, and the last page has none.",
    needs: ["cursor", "filter"],
    run: async (scim) => {
      const { filter, ids } = await several(scim, 5);
      const seen: string[] = [];
      for (let cursor: string | undefined = "", pages = 0; cursor !== undefined; pages++) {
        holds(null, pages < 10, "an end after a few pages", "ten pages and no end");
        const { answer, resources } = await scim.list("User", { filter, cursor, count: 2 });
        seen.push(...resources.map((resource) => textAt(resource, "id")));
        cursor = textAt(answer.body, "nextCursor") || undefined;
      }
      holds(null, seen.toSorted().join() === ids.join(), `each of ${ids.join(", ")} once`, seen.toSorted().join(", "));
    },
  },
  {
    id: "9865-2-unreserved-characters",
    level: "MUST",
    title: "A cursor consists of letters, digits, -, ., _ and ~.",
    needs: ["cursor", "filter"],
    run: async (scim) => {
      const { filter } = await several(scim, 2);
      const { answer } = await scim.list("User", { filter, cursor: "", count: 1 });
      const next = textAt(answer.body, "nextCursor");
      holds(answer, /^[A-Za-z0-9._~-]+$/.test(next), "unreserved characters only", next);
    },
  },
  {
    id: "9865-2.1-invalid-cursor",
    level: "SHOULD",
    title: "A cursor that the provider did not give is 400 with scimType invalidCursor or expiredCursor.",
    needs: ["cursor"],
    run: async (scim) =>
      refused(
        await scim.send("GET", scim.at.User, { query: { cursor: "made-up", count: 1 } }),
        400,
        "invalidCursor",
        "expiredCursor",
      ),
  },
  {
    id: "9865-2-count-zero",
    level: "MUST",
    title: "A count of 0 with a cursor answers no resources.",
    needs: ["cursor", "filter"],
    run: async (scim) => {
      const { filter } = await several(scim, 1);
      const { answer, resources } = await scim.list("User", { filter, cursor: "", count: 0 });
      holds(answer, resources.length === 0, "no resources", `${resources.length}`);
    },
  },
  {
    id: "9865-2-new-resources-disturb-nothing",
    level: "SHOULD",
    title: "A resource made in the middle of a walk makes none of the others come twice or not at all.",
    needs: ["cursor", "filter"],
    run: async (scim) => {
      const { filter, ids } = await several(scim, 4);
      const first = await scim.list("User", { filter, cursor: "", count: 2 });
      await scim.make("User", "a0");
      const seen = first.resources.map((resource) => textAt(resource, "id"));
      for (let cursor = textAt(first.answer.body, "nextCursor"), pages = 0; cursor !== "" && pages < 10; pages++) {
        const { answer, resources } = await scim.list("User", { filter, cursor, count: 2 });
        seen.push(...resources.map((resource) => textAt(resource, "id")));
        cursor = textAt(answer.body, "nextCursor");
      }
      const olds = seen.filter((id) => ids.includes(id)).toSorted();
      holds(null, olds.join() === ids.join(), `each of ${ids.join(", ")} once`, olds.join(", "));
    },
  },
  {
    id: "9865-2-last-page-without-cursor",
    level: "MUST",
    title: "A page that holds everything has no nextCursor.",
    needs: ["cursor", "filter"],
    run: async (scim) => {
      const { filter } = await several(scim, 2);
      const { answer } = await scim.list("User", { filter, cursor: "", count: 10 });
      holds(answer, at(answer.body, "nextCursor") === undefined, "no nextCursor", brief(at(answer.body, "nextCursor")));
    },
  },
  {
    id: "9865-3-search-with-cursor",
    level: "MUST",
    title: "A cursor works in the body of POST /.search too.",
    needs: ["cursor", "filter", "search"],
    run: async (scim) => {
      const { filter } = await several(scim, 2);
      const schemas = ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"];
      const page = (cursor: string) =>
        scim.send("POST", `${scim.at.User}/.search`, { body: { schemas, filter, cursor, count: 1 } });
      const first = await page("");
      hasStatus(first, 200);
      const second = await page(textAt(first.body, "nextCursor"));
      const [one, two] = [listed(first).resources[0], listed(second).resources[0]];
      holds(second, textAt(one, "id") !== textAt(two, "id"), "another resource on the second page", brief(two));
    },
  },
]);
