import { hasStatus, holds, isDateTime, isOfSchema, refused, refuses, shows } from "../demand.ts";
import { at, brief, isLike, isObject, textAt } from "../json.ts";
import { schemaUrns } from "../provider.ts";
import { requirements } from "../requirement.ts";

export const read = requirements("read", [
  {
    id: "7644-3.4.1-known-resource",
    level: "MUST",
    title: "GET of a known resource answers 200 with that resource.",
    run: async (scim) => {
      const user = await scim.user();
      const answer = await scim.read(user);
      isOfSchema(answer, schemaUrns.user);
      shows(answer, "id", user.id);
      shows(answer, "userName", user.name);
    },
  },
  {
    id: "7644-3.4.1-same-as-created",
    level: "MUST",
    title: "What a read shows is what the create answered.",
    needs: ["User.displayName", "User.name.familyName"],
    run: async (scim) => {
      const user = await scim.user({ displayName: "Ada L.", name: { givenName: "Ada", familyName: "Lovelace" } });
      const answer = await scim.read(user);
      holds(answer, isLike(answer.body, user.body), `as created: ${brief(user.body)}`, brief(answer.body));
    },
  },
  {
    id: "7644-3.12-unknown-resource",
    level: "MUST",
    title: "GET of a resource that does not exist is 404 with an error body.",
    run: async (scim) => refused(await scim.send("GET", `${scim.at.User}/${scim.stem}-nobody`), 404),
  },
  {
    id: "7643-3.1-id-is-case-exact",
    level: "MUST",
    title: "An id in another letter case is another id.",
    run: async (scim) => {
      const user = await scim.user();
      const other = user.id === user.id.toUpperCase() ? user.id.toLowerCase() : user.id.toUpperCase();
      if (other === user.id) return scim.skip("ids have no letters");
      refused(await scim.send("GET", `${scim.at.User}/${encodeURIComponent(other)}`), 404);
    },
  },
  {
    id: "7643-3.1-id-is-stable",
    level: "MUST",
    title: "The id stays the same when the resource is changed.",
    needs: ["patch", "User.displayName"],
    run: async (scim) => {
      const user = await scim.user();
      shows(await scim.patched(user, { op: "replace", path: "displayName", value: "New" }), "id", user.id);
    },
  },
  {
    id: "7643-3.1-location-is-own-address",
    level: "MUST",
    title: "meta.location is the address of the resource, and the same in a read as in the create.",
    run: async (scim) => {
      const user = await scim.user();
      const answer = await scim.read(user);
      shows(answer, "meta.location", at(user.body, "meta.location") ?? null);
      holds(
        answer,
        textAt(answer.body, "meta.location").endsWith(user.path),
        `it ends with ${user.path}`,
        brief(at(answer.body, "meta")),
      );
    },
  },
  {
    id: "7643-3.1-content-location",
    level: "MUST",
    title: "A Content-Location header, where there is one, is meta.location.",
    run: async (scim) => {
      const answer = await scim.read(await scim.user());
      const header = answer.headers.get("content-location");
      if (header === null) return scim.skip("the provider sends no Content-Location");
      shows(answer, "meta.location", header);
    },
  },
  {
    id: "7643-3.1-meta-in-lists",
    level: "MUST",
    title: "Resources in a list have their meta too.",
    needs: ["filter"],
    run: async (scim) => {
      const user = await scim.user();
      const { answer, resources } = await scim.list("User", { filter: `userName eq "${user.name}"` });
      const [found] = resources;
      const isFine = textAt(found, "meta.resourceType") === "User" && isDateTime(at(found, "meta.created"));
      holds(answer, isFine, "meta with resourceType and created", brief(at(found, "meta")));
    },
  },
  {
    id: "7643-2.5-no-nulls",
    level: "SHOULD",
    title: "Attributes without a value are left out of the answer rather than shown as null.",
    run: async (scim) => {
      const answer = await scim.read(await scim.user());
      const nulls = isObject(answer.body) ? Object.entries(answer.body).filter(([, value]) => value === null) : [];
      holds(answer, nulls.length === 0, "no member is null", nulls.map(([name]) => name).join(", "));
    },
  },
  {
    id: "7644-3.4.2-unknown-parameter",
    level: "SHOULD",
    title: "Query parameters that the provider does not know are ignored.",
    run: async (scim) => {
      const user = await scim.user();
      hasStatus(await scim.send("GET", user.path, { query: { lockstepUnknown: "1" } }), 200);
      hasStatus(await scim.send("GET", scim.at.User, { query: { count: 1, lockstepUnknown: "1" } }), 200);
    },
  },
  {
    id: "7644-3.11-me",
    level: "SHOULD",
    title: "/Me answers the caller's own resource, redirects to it with 308, or is 501.",
    run: async (scim) => {
      const answer = await scim.send("GET", "/Me");
      hasStatus(answer, 200, 308, 501);
      if (answer.status !== 501) holds(answer, answer.headers.has("location"), "a Location header", "there is none");
    },
  },
  {
    id: "7644-3.12-unknown-endpoint",
    level: "MUST",
    title: "An endpoint that does not exist is 404.",
    run: async (scim) => hasStatus(await scim.send("GET", "/Toasters"), 404),
  },
  {
    id: "7644-3.2-unsupported-method",
    level: "MUST",
    title: "A method that an address does not have is refused.",
    run: async (scim) => {
      // PUT, since a provider that took DELETE here might remove everybody.
      const answer = await scim.send("PUT", scim.at.User, { body: {} });
      if (answer.status !== 501) refuses(answer);
    },
  },
]);
