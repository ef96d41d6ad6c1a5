import type { Client, Resource } from "../client.ts";
import { hasStatus, holds, listed, shows } from "../demand.ts";
import { at, brief, type Json, textAt } from "../json.ts";
import { requirements } from "../requirement.ts";
import type { Answer } from "../wire.ts";

const patchUrn = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

const tagOf = (answer: Answer): string => {
  const tag = answer.headers.get("etag");
  holds(answer, tag !== null && /^(W\/)?"[^"]*"$/.test(tag), 'an ETag header such as W/"…"', brief(tag ?? "none"));
  return tag ?? "";
};

const rename = (scim: Client, user: Resource, displayName: string, headers: Record<string, string> = {}) =>
  scim.send("PATCH", user.path, {
    headers,
    body: {
      schemas: [patchUrn],
      Operations: [{ op: "replace", path: "displayName", value: displayName }] as unknown as Json,
    },
  });

/** An ETag that the resource had before it was changed. */
const outdated = async (scim: Client): Promise<{ user: Resource; tag: string }> => {
  const user = await scim.user({ displayName: "First" });
  const tag = tagOf(await scim.read(user));
  hasStatus(await rename(scim, user, "Second"), 200, 204);
  return { user, tag };
};

export const etag = requirements("etag", [
  {
    id: "7644-3.14-header",
    level: "MUST",
    title: "Create and read answer an ETag header.",
    needs: ["etag"],
    run: async (scim) => {
      const user = await scim.user();
      const tag = tagOf(user.created);
      const again = tagOf(await scim.read(user));
      holds(user.created, tag === again, `the same ETag in create and read, ${tag}`, again);
    },
  },
  {
    id: "7643-3.1-version",
    level: "MUST",
    title: "meta.version is the ETag header.",
    needs: ["etag"],
    run: async (scim) => {
      const answer = await scim.read(await scim.user());
      shows(answer, "meta.version", tagOf(answer));
    },
  },
  {
    id: "7644-3.14-version-in-lists",
    level: "SHOULD",
    title: "Resources in a list have meta.version.",
    needs: ["etag", "filter"],
    run: async (scim) => {
      const user = await scim.user();
      const answer = await scim.send("GET", scim.at.User, { query: { filter: `userName eq "${user.name}"` } });
      const version = textAt(listed(answer).resources[0], "meta.version");
      holds(answer, version === tagOf(user.created), `meta.version ${tagOf(user.created)}`, brief(version));
    },
  },
  {
    id: "7644-3.14-changes",
    level: "MUST",
    title: "A change gives the resource another ETag.",
    needs: ["etag", "patch", "User.displayName"],
    run: async (scim) => {
      const { user, tag } = await outdated(scim);
      const after = await scim.read(user);
      holds(after, tagOf(after) !== tag, `an ETag other than ${tag}`, tagOf(after));
    },
  },
  {
    id: "7644-3.14-not-modified",
    level: "MUST",
    title: "GET with If-None-Match and the current ETag is 304 without a body.",
    needs: ["etag"],
    run: async (scim) => {
      const user = await scim.user();
      const answer = await scim.send("GET", user.path, { headers: { "if-none-match": tagOf(user.created) } });
      hasStatus(answer, 304);
      holds(answer, answer.text === "", "no body", brief(answer.text));
    },
  },
  {
    id: "7644-3.14-modified",
    level: "MUST",
    title: "GET with If-None-Match and an outdated ETag is 200 with the resource.",
    needs: ["etag", "patch", "User.displayName"],
    run: async (scim) => {
      const { user, tag } = await outdated(scim);
      const answer = await scim.send("GET", user.path, { headers: { "if-none-match": tag } });
      hasStatus(answer, 200);
      shows(answer, "displayName", "Second");
    },
  },
  {
    id: "7644-3.14-match-on-patch",
    level: "MUST",
    title: "PATCH with If-Match and the current ETag is carried out.",
    needs: ["etag", "patch", "User.displayName"],
    run: async (scim) => {
      const user = await scim.user();
      hasStatus(await rename(scim, user, "New", { "if-match": tagOf(user.created) }), 200, 204);
      shows(await scim.read(user), "displayName", "New");
    },
  },
  {
    id: "7644-3.14-mismatch-on-patch",
    level: "MUST",
    title: "PATCH with If-Match and an outdated ETag is 412 and changes nothing.",
    needs: ["etag", "patch", "User.displayName"],
    run: async (scim) => {
      const { user, tag } = await outdated(scim);
      hasStatus(await rename(scim, user, "Third", { "if-match": tag }), 412);
      shows(await scim.read(user), "displayName", "Second");
    },
  },
  {
    id: "7644-3.14-mismatch-on-put",
    level: "MUST",
    title: "PUT with If-Match and an outdated ETag is 412 and changes nothing.",
    needs: ["etag", "patch", "User.displayName"],
    run: async (scim) => {
      const { user, tag } = await outdated(scim);
      const body = { ...scim.body("User", undefined, { displayName: "Third" }), userName: user.name };
      hasStatus(await scim.send("PUT", user.path, { body, headers: { "if-match": tag } }), 412);
      shows(await scim.read(user), "displayName", "Second");
    },
  },
  {
    id: "7644-3.12-mismatch-on-delete",
    level: "MUST",
    title: "DELETE with If-Match and an outdated ETag is 412 and removes nothing.",
    needs: ["etag", "patch", "User.displayName"],
    run: async (scim) => {
      const { user, tag } = await outdated(scim);
      hasStatus(await scim.send("DELETE", user.path, { headers: { "if-match": tag } }), 412);
      await scim.read(user);
    },
  },
  {
    id: "7644-3.14-weak-for-unequal-bytes",
    level: "MUST",
    title: "An ETag that stays the same while the shown attributes differ is marked as weak.",
    needs: ["etag"],
    run: async (scim) => {
      const user = await scim.user();
      const whole = await scim.read(user);
      const part = await scim.read(user, { attributes: "userName" });
      const tag = tagOf(whole);
      if (whole.text === part.text || part.headers.get("etag") !== tag) return;
      holds(whole, tag.startsWith("W/"), "a weak ETag, W/…", tag);
    },
  },
  {
    id: "7644-3.14-no-op-keeps",
    level: "SHOULD",
    title: "A PATCH that changes nothing leaves the ETag as it is.",
    needs: ["etag", "patch", "User.displayName"],
    run: async (scim) => {
      const user = await scim.user({ displayName: "Same" });
      await scim.tick(user);
      hasStatus(await rename(scim, user, "Same"), 200, 204);
      const after = await scim.read(user);
      holds(
        after,
        tagOf(after) === tagOf(user.created),
        `the ETag ${tagOf(user.created)}`,
        at(after.body, "meta.version") === undefined ? "another" : brief(at(after.body, "meta.version")),
      );
    },
  },
]);
