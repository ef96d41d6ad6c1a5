import { hasStatus, holds, refused, shows, survives } from "../demand.ts";
import { brief } from "../json.ts";
import { requirements } from "../requirement.ts";
import type { Answer } from "../wire.ts";

const isScimJson = (answer: Answer): void => {
  const type = answer.headers.get("content-type") ?? "none";
  holds(answer, /^application\/scim\+json\b/i.test(type), "Content-Type application/scim+json", type);
};

export const contentTypes = requirements("content types", [
  {
    id: "7644-3.8-scim-json",
    level: "MUST",
    title: "With Accept: application/scim+json, resources, lists and errors come as application/scim+json.",
    run: async (scim) => {
      const user = await scim.user();
      isScimJson(user.created);
      isScimJson(await scim.read(user));
      isScimJson(await scim.send("GET", scim.at.User, { query: { count: 1 } }));
      isScimJson(await scim.send("GET", `${scim.at.User}/${scim.stem}-nobody`));
    },
  },
  {
    id: "7644-3.8-default-format",
    level: "MUST",
    title: "Without a wish in Accept the answer is application/scim+json.",
    run: async (scim) => isScimJson(await scim.send("GET", (await scim.user()).path, { headers: { accept: "*/*" } })),
  },
  {
    id: "7644-3.8-accept-json",
    level: "SHOULD",
    title: "Accept: application/json is served with JSON.",
    run: async (scim) => {
      const answer = await scim.send("GET", (await scim.user()).path, { headers: { accept: "application/json" } });
      hasStatus(answer, 200);
      const type = answer.headers.get("content-type") ?? "none";
      holds(answer, /^application\/(scim\+)?json\b/i.test(type), "a JSON Content-Type", type);
    },
  },
  {
    id: "7644-3.8-send-json",
    level: "MUST",
    title: "Bodies sent as application/json are accepted like those of application/scim+json.",
    run: async (scim) => {
      const body = scim.body("User");
      hasStatus(await scim.send("POST", scim.at.User, { body, headers: { "content-type": "application/json" } }), 201);
    },
  },
  {
    id: "7644-3.8-send-charset",
    level: "MUST",
    title: "A charset of utf-8 in Content-Type is accepted, the media type in any letter case.",
    run: async (scim) => {
      for (const type of [
        "application/scim+json; charset=utf-8",
        "application/scim+json;charset=UTF-8",
        "Application/SCIM+JSON",
      ]) {
        const answer = await scim.send("POST", scim.at.User, {
          body: scim.body("User"),
          headers: { "content-type": type },
        });
        hasStatus(answer, 201);
      }
    },
  },
  {
    id: "7644-3.8-other-media-type",
    level: "SHOULD",
    title: "A body of another media type is 415 or 400.",
    run: async (scim) => {
      const answer = await scim.send("POST", scim.at.User, {
        body: scim.body("User"),
        headers: { "content-type": "text/xml" },
      });
      refused(answer, [400, 415]);
    },
  },
  {
    id: "7644-3.8-utf-8",
    level: "MUST",
    title: "Bodies are read and written as UTF-8.",
    needs: ["User.displayName"],
    run: async (scim) => {
      const displayName = "Zoë Šťastná 王小明 🦉";
      shows(await scim.read(await scim.user({ displayName })), "displayName", displayName);
    },
  },
  {
    id: "7644-3.8-broken-utf-8",
    level: "SHOULD",
    title: "A body that is no UTF-8 is refused, and breaks nothing.",
    run: async (scim) => {
      const text = JSON.stringify(scim.body("User", undefined, { displayName: "#" }));
      const bytes = Buffer.from(text);
      bytes[bytes.indexOf("#")] = 0xff;
      const answer = await scim.send("POST", scim.at.User, { body: new Uint8Array(bytes) });
      survives(answer);
    },
  },
  {
    id: "7644-3.8-body-is-json",
    level: "MUST",
    title: "What is answered as JSON is JSON.",
    run: async (scim) => {
      const user = await scim.user();
      for (const path of [user.path, scim.at.User, "/Schemas", `${scim.at.User}/${scim.stem}-nobody`]) {
        const answer = await scim.send("GET", path);
        holds(answer, answer.body !== undefined, "a body that can be read as JSON", brief(answer.text, 200));
      }
    },
  },
]);
