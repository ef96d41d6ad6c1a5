import { hasStatus, holds, refused } from "../demand.ts";
import { brief } from "../json.ts";
import { requirements } from "../requirement.ts";

export const remove = requirements("delete", [
  {
    id: "7644-3.6-no-content",
    level: "MUST",
    title: "A DELETE that succeeds answers 204 without a body.",
    run: async (scim) => {
      const answer = await scim.send("DELETE", (await scim.user()).path);
      hasStatus(answer, 204);
      holds(answer, answer.text === "", "no body", brief(answer.text));
    },
  },
  {
    id: "7644-3.6-gone-for-reads",
    level: "MUST",
    title: "Reading what was deleted is 404.",
    run: async (scim) => {
      const user = await scim.user();
      hasStatus(await scim.send("DELETE", user.path), 204);
      refused(await scim.send("GET", user.path), 404);
    },
  },
  {
    id: "7644-3.6-gone-for-writes",
    level: "MUST",
    title: "PUT and another DELETE of what was deleted are 404.",
    run: async (scim) => {
      const user = await scim.user();
      hasStatus(await scim.send("DELETE", user.path), 204);
      refused(await scim.send("PUT", user.path, { body: scim.body("User") }), 404);
      refused(await scim.send("DELETE", user.path), 404);
    },
  },
  {
    id: "7644-3.6-gone-for-patches",
    level: "MUST",
    title: "PATCH of what was deleted is 404.",
    needs: ["patch", "User.displayName"],
    run: async (scim) => {
      const user = await scim.user();
      hasStatus(await scim.send("DELETE", user.path), 204);
      refused(await scim.patch(user, [{ op: "replace", path: "displayName", value: "New" }]), 404);
    },
  },
  {
    id: "7644-3.6-gone-from-lists",
    level: "MUST",
    title: "What was deleted is left out of later queries.",
    needs: ["filter"],
    run: async (scim) => {
      const user = await scim.user();
      hasStatus(await scim.send("DELETE", user.path), 204);
      const { answer, totalResults } = await scim.list("User", { filter: `userName eq "${user.name}"` });
      holds(answer, totalResults === 0, "nothing found", `${totalResults} found`);
    },
  },
  {
    id: "7644-3.6-name-free-again",
    level: "SHOULD",
    title: "The userName of a deleted user may be used again, and makes another resource.",
    run: async (scim) => {
      const user = await scim.user();
      hasStatus(await scim.send("DELETE", user.path), 204);
      const answer = await scim.send("POST", scim.at.User, { body: { ...scim.body("User"), userName: user.name } });
      hasStatus(answer, 201);
      holds(answer, !answer.text.includes(`"${user.id}"`), "an id that was never used", `the id ${user.id} again`);
    },
  },
  {
    id: "7644-3.12-delete-unknown",
    level: "MUST",
    title: "DELETE of a resource that does not exist is 404.",
    run: async (scim) => refused(await scim.send("DELETE", `${scim.at.User}/${scim.stem}-nobody`), 404),
  },
  {
    id: "7644-3.6-group-gone",
    level: "MUST",
    title: "A deleted group is 404, and its members stay.",
    needs: ["groups", "Group.members"],
    run: async (scim) => {
      const user = await scim.user();
      const group = await scim.group({ members: [{ value: user.id }] });
      hasStatus(await scim.send("DELETE", group.path), 204);
      refused(await scim.send("GET", group.path), 404);
      await scim.read(user);
    },
  },
]);
