import { hasStatus, holds, refused } from "../demand.ts";
import { requirements } from "../requirement.ts";

export const authentication = requirements("authentication", [
  {
    id: "7644-2-no-token",
    level: "MUST",
    title: "Reading and writing without a token is 401, and nothing is made.",
    run: async (scim) => {
      hasStatus(await scim.send("GET", scim.at.User, { token: null }), 401);
      hasStatus(await scim.send("POST", scim.at.User, { body: scim.body("User"), token: null }), 401);
    },
  },
  {
    id: "7644-2-www-authenticate",
    level: "MUST",
    title: "A 401 says in WWW-Authenticate how to authenticate.",
    run: async (scim) => {
      const answer = await scim.send("GET", scim.at.User, { token: null });
      hasStatus(answer, 401);
      holds(answer, answer.headers.has("www-authenticate"), "a WWW-Authenticate header", "there is none");
    },
  },
  {
    id: "7644-2-wrong-token",
    level: "MUST",
    title: "A token that the provider did not issue is 401.",
    run: async (scim) => refused(await scim.send("GET", scim.at.User, { token: `${scim.stem}-not-a-token` }), 401),
  },
  {
    id: "7644-2-token-not-shown",
    level: "SHOULD",
    title: "The answer to a wrong token does not repeat it.",
    run: async (scim) => {
      const token = `${scim.stem}-not-a-token`;
      const answer = await scim.send("GET", scim.at.User, { token });
      holds(answer, !answer.text.includes(token), "the token nowhere in the body", "it is there");
    },
  },
  {
    id: "7644-2-no-token-for-resources",
    level: "MUST",
    title: "A single resource cannot be read or removed without a token.",
    run: async (scim) => {
      const user = await scim.user();
      hasStatus(await scim.send("GET", user.path, { token: null }), 401);
      hasStatus(await scim.send("DELETE", user.path, { token: null }), 401);
      await scim.read(user);
    },
  },
  {
    id: "7644-2-existence-not-told",
    level: "SHOULD",
    title: "Without a token nobody learns whether a resource exists.",
    run: async (scim) => {
      const user = await scim.user();
      const there = await scim.send("GET", user.path, { token: null });
      const nobody = await scim.send("GET", `${scim.at.User}/${scim.stem}-nobody`, { token: null });
      holds(
        nobody,
        there.status === nobody.status,
        `status ${there.status}, as for one that exists`,
        `status ${nobody.status}`,
      );
    },
  },
]);
