import { holds, shows, survives } from "../demand.ts";
import { at, brief, textAt } from "../json.ts";
import { requirements } from "../requirement.ts";

const texts = {
  accents: "Zoë Müller-Ångström",
  asian: "王小明 さくら 김철수",
  rightToLeft: "ליאור عمر",
  astral: "🦉𝔏𝔬𝔠𝔨",
  combining: "Zoe\u0308",
  quotes: `"O'Malley" \\ / <b>&amp;`,
  lines: "one\ttwo\nthree",
};

export const unicode = requirements("unicode and encoding", [
  {
    id: "7643-2.3.1-text-kept",
    level: "MUST",
    title: "Text of any script is kept as it was sent.",
    needs: ["User.displayName"],
    run: async (scim) => {
      for (const displayName of Object.values(texts)) {
        shows(await scim.read(await scim.user({ displayName })), "displayName", displayName);
      }
    },
  },
  {
    id: "7643-2.3.1-escapes-in-bodies",
    level: "MUST",
    title: "JSON escapes in a body mean the characters that they stand for.",
    needs: ["User.displayName"],
    run: async (scim) => {
      const body = JSON.stringify(scim.body("User", undefined, { displayName: "#" })).replace(
        "#",
        "\\u005a\\u006f\\u00eb \\ud83e\\udd89",
      );
      const answer = await scim.send("POST", scim.at.User, { body });
      shows(answer, "displayName", "Zoë 🦉");
    },
  },
  {
    id: "7644-3.4.2.2-filter-in-utf-8",
    level: "MUST",
    title: "A filter is read as UTF-8, percent-encoded.",
    needs: ["filter", "User.displayName"],
    run: async (scim) => {
      const people = await scim.users({ ada: { displayName: texts.asian }, ben: { displayName: texts.astral } });
      await scim.finds(people, `userName sw "${scim.stem}." and displayName eq "${texts.asian}"`, ["ada"]);
      await scim.finds(people, `userName sw "${scim.stem}." and displayName co "🦉"`, ["ben"]);
    },
  },
  {
    id: "7643-2.2-case-of-other-scripts",
    level: "SHOULD",
    title: "Letters beyond a to z ignore letter case too where text is not case-exact.",
    needs: ["filter", "User.displayName"],
    run: async (scim) => {
      const people = await scim.users({ a: { displayName: "ÉLODIE ŞAHİN" }, b: { displayName: "ПЁТР" } });
      await scim.finds(people, `userName sw "${scim.stem}." and displayName sw "élodie"`, ["a"]);
      await scim.finds(people, `userName sw "${scim.stem}." and displayName eq "пётр"`, ["b"]);
    },
  },
  {
    id: "7644-3.4.2.2-reserved-characters",
    level: "MUST",
    title: "Characters that a query string reserves can stand in a value when encoded.",
    needs: ["filter", "User.displayName"],
    run: async (scim) => {
      const people = await scim.users({ a: { displayName: "R&D + 50% #1 = ?;/:@" }, b: { displayName: "R" } });
      await scim.finds(people, `userName sw "${scim.stem}." and displayName eq "R&D + 50% #1 = ?;/:@"`, ["a"]);
    },
  },
  {
    id: "7644-3.4.2.2-blank-as-percent-20",
    level: "MUST",
    title: "A blank in a filter may be written as %20.",
    needs: ["filter"],
    run: async (scim) => {
      const user = await scim.user();
      const answer = await scim.send(
        "GET",
        `${scim.at.User}?filter=${encodeURIComponent(`userName eq "${user.name}"`)}`,
      );
      const found = at(answer.body, "totalResults");
      holds(answer, found === 1, "totalResults 1", brief(found));
    },
  },
  {
    id: "7644-3.4.1-encoded-id",
    level: "MUST",
    title: "An id that is percent-encoded in the address is the same id.",
    run: async (scim) => {
      const user = await scim.user();
      const encoded = [...Buffer.from(user.id)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
      shows(await scim.send("GET", `${scim.at.User}/${encoded}`), "id", user.id);
    },
  },
  {
    id: "7643-2.3.1-long-text",
    level: "MUST",
    title: "Text of a thousand characters is kept whole or refused, never cut.",
    needs: ["User.displayName"],
    run: async (scim) => {
      const displayName = "é".repeat(1000);
      const answer = await scim.send("POST", scim.at.User, { body: scim.body("User", undefined, { displayName }) });
      survives(answer);
      if (answer.status !== 201) return;
      const kept = textAt(answer.body, "displayName").length;
      holds(answer, kept === 1000, "1000 characters", `${kept}`);
    },
  },
]);
