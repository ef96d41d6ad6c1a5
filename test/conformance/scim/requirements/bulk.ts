import type { Client } from "../client.ts";
import { hasStatus, holds, isOfSchema, listed, messageUrns, refused, shows } from "../demand.ts";
import { at, brief, isObject, type Json, type JsonObject, listAt, textAt } from "../json.ts";
import { limitOf, schemaUrns } from "../provider.ts";
import { requirements } from "../requirement.ts";
import type { Answer } from "../wire.ts";

const send = (scim: Client, operations: readonly JsonObject[], more: JsonObject = {}): Promise<Answer> =>
  scim.send("POST", "/Bulk", {
    body: { schemas: [messageUrns.bulk], ...more, Operations: operations as readonly Json[] },
  });

const operationsOf = (answer: Answer): readonly JsonObject[] => {
  hasStatus(answer, 200);
  isOfSchema(answer, messageUrns.bulkAnswer);
  return listAt(answer.body, "Operations").filter(isObject);
};

const statusesOf = (answer: Answer): readonly string[] =>
  operationsOf(answer).map((operation) => brief(at(operation, "status")).replaceAll('"', ""));

const hasStatuses = (answer: Answer, ...expected: readonly string[]): void => {
  const statuses = statusesOf(answer);
  holds(
    answer,
    statuses.join() === expected.join(),
    `operations with status ${expected.join(", ")}`,
    statuses.join(", "),
  );
};

const creation = (scim: Client, bulkId: string, more: JsonObject = {}): JsonObject => ({
  method: "POST",
  path: scim.at.User,
  bulkId,
  data: scim.body("User", undefined, more),
});

const grouping = (scim: Client, bulkId: string, members: readonly string[]): JsonObject => ({
  method: "POST",
  path: scim.at.Group,
  bulkId,
  data: scim.body("Group", undefined, { members: members.map((value) => ({ value })) }),
});

/** The id at the end of an operation's location. */
const idOf = (answer: Answer, bulkId: string): string => {
  const found = operationsOf(answer).find((operation) => textAt(operation, "bulkId") === bulkId);
  const location = textAt(found, "location");
  holds(answer, location !== "", `a location for ${bulkId}`, brief(found));
  return decodeURIComponent(location.slice(location.lastIndexOf("/") + 1));
};

export const bulk = requirements("bulk", [
  {
    id: "7644-3.7-creates",
    level: "MUST",
    title: "Creates in a bulk answer 200 with BulkResponse, and for each its method, bulkId, status 201 and location.",
    needs: ["bulk"],
    run: async (scim) => {
      const answer = await send(scim, [creation(scim, "one"), creation(scim, "two")]);
      hasStatuses(answer, "201", "201");
      for (const [index, operation] of operationsOf(answer).entries()) {
        const isFine = textAt(operation, "method") === "POST" && textAt(operation, "bulkId") === ["one", "two"][index];
        holds(answer, isFine, "method POST and the bulkId", brief(operation));
        hasStatus(await scim.send("GET", `${scim.at.User}/${idOf(answer, textAt(operation, "bulkId"))}`), 200);
      }
    },
  },
  {
    id: "7644-3.7.3-status-is-text",
    level: "MUST",
    title: "The status of an operation is text.",
    needs: ["bulk"],
    run: async (scim) => {
      const answer = await send(scim, [creation(scim, "one")]);
      const status = at(operationsOf(answer)[0], "status");
      holds(answer, status === "201", 'status "201"', brief(status));
    },
  },
  {
    id: "7644-3.7-put-patch-delete",
    level: "MUST",
    title: "PUT, PATCH and DELETE work in a bulk, and answer the resource's location.",
    needs: ["bulk", "patch", "User.displayName"],
    run: async (scim) => {
      const { put, patch, del } = await scim.users({ put: {}, patch: {}, del: {} });
      if (put === undefined || patch === undefined || del === undefined) return;
      const change = [{ op: "replace", path: "displayName", value: "Patched" }];
      const answer = await send(scim, [
        {
          method: "PUT",
          path: put.path,
          data: { ...scim.body("User", undefined, { displayName: "Put" }), userName: put.name },
        },
        { method: "PATCH", path: patch.path, data: { schemas: [messageUrns.patch], Operations: change } },
        { method: "DELETE", path: del.path },
      ]);
      const statuses = statusesOf(answer);
      const isFine = statuses[0] === "200" && /^20[04]$/.test(statuses[1] ?? "") && statuses[2] === "204";
      holds(answer, isFine, "status 200, 200 or 204, and 204", statuses.join(", "));
      for (const operation of operationsOf(answer)) {
        holds(answer, textAt(operation, "location") !== "", "a location for each", brief(operation));
      }
      shows(await scim.read(put), "displayName", "Put");
      shows(await scim.read(patch), "displayName", "Patched");
      hasStatus(await scim.send("GET", del.path), 404);
    },
  },
  {
    id: "7644-3.7.2-bulk-id-as-member",
    level: "MUST",
    title: "bulkId: in a member stands for the id of the user made before it.",
    needs: ["bulk", "groups", "Group.members"],
    run: async (scim) => {
      const answer = await send(scim, [creation(scim, "user"), grouping(scim, "group", ["bulkId:user"])]);
      hasStatuses(answer, "201", "201");
      const group = await scim.send("GET", `${scim.at.Group}/${idOf(answer, "group")}`);
      shows(group, "members", [{ value: idOf(answer, "user") }]);
    },
  },
  {
    id: "7644-3.7.2-bulk-id-ahead",
    level: "MUST",
    title: "A bulkId may be referred to before the operation that makes it.",
    needs: ["bulk", "groups", "Group.members"],
    run: async (scim) => {
      const answer = await send(scim, [grouping(scim, "group", ["bulkId:user"]), creation(scim, "user")]);
      const group = await scim.send("GET", `${scim.at.Group}/${idOf(answer, "group")}`);
      shows(group, "members", [{ value: idOf(answer, "user") }]);
    },
  },
  {
    id: "7644-3.7.1-circular",
    level: "MUST",
    title: "Two groups that are members of each other are made, or refused with 409.",
    needs: ["bulk", "groups", "Group.members"],
    run: async (scim) => {
      const answer = await send(scim, [grouping(scim, "one", ["bulkId:two"]), grouping(scim, "two", ["bulkId:one"])]);
      if (answer.status === 409) return;
      const statuses = statusesOf(answer);
      if (statuses.includes("409")) return;
      hasStatuses(answer, "201", "201");
      const [one, two] = [idOf(answer, "one"), idOf(answer, "two")];
      shows(await scim.send("GET", `${scim.at.Group}/${one}`), "members", [{ value: two }]);
      shows(await scim.send("GET", `${scim.at.Group}/${two}`), "members", [{ value: one }]);
    },
  },
  {
    id: "7644-3.7.2-bulk-id-in-extension",
    level: "MUST",
    title: "bulkId: is resolved in an extension as well: a manager.",
    needs: ["bulk", "enterprise", "Enterprise.manager.value"],
    run: async (scim) => {
      const answer = await send(scim, [
        creation(scim, "boss"),
        creation(scim, "user", { [schemaUrns.enterprise]: { manager: { value: "bulkId:boss" } } }),
      ]);
      hasStatuses(answer, "201", "201");
      const user = await scim.send("GET", `${scim.at.User}/${idOf(answer, "user")}`);
      shows(user, [schemaUrns.enterprise, "manager", "value"], idOf(answer, "boss"));
    },
  },
  {
    id: "7644-3.7.2-bulk-id-in-patch",
    level: "MUST",
    title: "bulkId: is resolved in the value of a PATCH operation.",
    needs: ["bulk", "patch", "groups", "Group.members"],
    run: async (scim) => {
      const group = await scim.group();
      const Operations = [{ op: "add", path: "members", value: [{ value: "bulkId:user" }] }];
      const answer = await send(scim, [
        creation(scim, "user"),
        { method: "PATCH", path: group.path, data: { schemas: [messageUrns.patch], Operations } },
      ]);
      shows(await scim.read(group), "members", [{ value: idOf(answer, "user") }]);
    },
  },
  {
    id: "7644-3.7-goes-on-after-errors",
    level: "MUST",
    title: "Without failOnErrors a failed operation does not keep the others from being carried out.",
    needs: ["bulk"],
    run: async (scim) => {
      const { userName: _, ...nameless } = scim.body("User");
      const answer = await send(scim, [
        { method: "POST", path: scim.at.User, bulkId: "bad", data: nameless },
        { method: "DELETE", path: `${scim.at.User}/${scim.stem}-nobody` },
        creation(scim, "good"),
      ]);
      hasStatuses(answer, "400", "404", "201");
    },
  },
  {
    id: "7644-3.7.3-error-response",
    level: "MUST",
    title: "A failed operation holds the error in response, and a failed create has no location.",
    needs: ["bulk"],
    run: async (scim) => {
      const user = await scim.user();
      const data = { ...scim.body("User"), userName: user.name };
      const answer = await send(scim, [{ method: "POST", path: scim.at.User, bulkId: "twin", data }]);
      hasStatuses(answer, "409");
      const [operation] = operationsOf(answer);
      const isError = listAt(operation, "response.schemas").includes(messageUrns.error);
      holds(
        answer,
        isError && textAt(operation, "response.status") === "409",
        "an Error with status 409 in response",
        brief(operation),
      );
      holds(answer, at(operation, "location") === undefined, "no location", brief(operation));
    },
  },
  {
    id: "7644-3.7.3-fail-on-errors",
    level: "MUST",
    title: "With failOnErrors 1 the first error ends the bulk, and what follows is not carried out.",
    needs: ["bulk", "filter"],
    run: async (scim) => {
      const { userName: _, ...nameless } = scim.body("User");
      const late = creation(scim, "late");
      const operations = [
        creation(scim, "first"),
        { method: "POST", path: scim.at.User, bulkId: "bad", data: nameless },
        late,
      ];
      const answer = await send(scim, operations, { failOnErrors: 1 });
      hasStatuses(answer, "201", "400");
      const { totalResults } = await scim.list("User", { filter: `userName eq "${textAt(late, "data.userName")}"` });
      holds(answer, totalResults === 0, "the third operation not carried out", "it was");
    },
  },
  {
    id: "7644-3.7-bulk-id-required",
    level: "MUST",
    title: "A POST without a bulkId is refused.",
    needs: ["bulk"],
    run: async (scim) => {
      const { bulkId: _, ...operation } = creation(scim, "none");
      const answer = await send(scim, [operation]);
      if (answer.status >= 400) return refused(answer, 400, "invalidSyntax", "invalidValue");
      hasStatuses(answer, "400");
    },
  },
  {
    id: "7644-3.7-unknown-bulk-id",
    level: "MUST",
    title: "A reference to a bulkId that no operation makes fails, and is not stored as an id.",
    needs: ["bulk", "groups", "Group.members"],
    run: async (scim) => {
      const answer = await send(scim, [grouping(scim, "group", ["bulkId:nowhere"])]);
      if (answer.status >= 400) return;
      const [status = ""] = statusesOf(answer);
      holds(answer, status.startsWith("4"), "a status from 400 to 499", status);
    },
  },
  {
    id: "7644-3.7-wrong-path",
    level: "MUST",
    title: "A path that is no endpoint fails that operation.",
    needs: ["bulk"],
    run: async (scim) => {
      const answer = await send(scim, [{ method: "POST", path: "/Toasters", bulkId: "one", data: scim.body("User") }]);
      if (answer.status >= 400) return refused(answer, [400, 404]);
      const [status = ""] = statusesOf(answer);
      holds(answer, status.startsWith("4"), "a status from 400 to 499", status);
    },
  },
  {
    id: "7644-3.7-bulk-urn",
    level: "MUST",
    title: "A bulk whose schemas do not list BulkRequest is 400.",
    needs: ["bulk"],
    run: async (scim) => {
      const body = { schemas: [messageUrns.patch], Operations: [creation(scim, "one")] };
      refused(await scim.send("POST", "/Bulk", { body }), 400, "invalidSyntax", "invalidValue");
    },
  },
  {
    id: "7644-3.7.4-too-many-operations",
    level: "MUST",
    title: "More operations than bulk.maxOperations are 413, with the limit in the answer, and none is carried out.",
    needs: ["bulk"],
    run: async (scim) => {
      const most = limitOf(scim.provider, "bulk.maxOperations");
      if (most === undefined || most > 5000) return scim.skip("bulk.maxOperations is no limit that a test can exceed");
      const path = `${scim.at.User}/${scim.stem}-nobody`;
      const answer = await send(
        scim,
        Array.from({ length: most + 1 }, () => ({ method: "DELETE", path })),
      );
      refused(answer, 413);
      holds(answer, answer.text.includes(String(most)), `the limit ${most} in the answer`, brief(answer.text));
    },
  },
  {
    id: "7644-3.7.4-too-large",
    level: "MUST",
    title: "A bulk larger than bulk.maxPayloadSize is 413.",
    needs: ["bulk"],
    run: async (scim) => {
      const most = limitOf(scim.provider, "bulk.maxPayloadSize");
      if (most === undefined || most > 4 * 1024 * 1024)
        return scim.skip("bulk.maxPayloadSize is too large to exceed in a test");
      const padding = "x".repeat(most);
      const operation = { method: "DELETE", path: `${scim.at.User}/${scim.stem}-nobody`, data: { padding } };
      refused(await send(scim, [operation]), 413);
    },
  },
  {
    id: "7644-3.7-version",
    level: "MUST",
    title: "An operation with an outdated version is 412.",
    needs: ["bulk", "etag", "patch", "User.displayName"],
    run: async (scim) => {
      const user = await scim.user();
      const version = user.created.headers.get("etag") ?? "";
      await scim.patched(user, { op: "replace", path: "displayName", value: "Second" });
      const answer = await send(scim, [{ method: "DELETE", path: user.path, version }]);
      hasStatuses(answer, "412");
      await scim.read(user);
    },
  },
  {
    id: "7644-3.7-order-kept",
    level: "MUST",
    title: "Operations have the effect that they have one after the other.",
    needs: ["bulk", "patch", "User.displayName", "filter"],
    run: async (scim) => {
      const user = await scim.user();
      const rename = (value: string): JsonObject => ({
        method: "PATCH",
        path: user.path,
        data: { schemas: [messageUrns.patch], Operations: [{ op: "replace", path: "displayName", value }] },
      });
      await send(scim, [rename("one"), rename("two"), rename("three")]);
      shows(await scim.read(user), "displayName", "three");
      const answer = await scim.send("GET", scim.at.User, { query: { filter: `userName eq "${user.name}"` } });
      holds(answer, listed(answer).totalResults === 1, "one user", `${listed(answer).totalResults}`);
    },
  },
]);
