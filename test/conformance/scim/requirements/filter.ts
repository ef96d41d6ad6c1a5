import type { Client } from "../client.ts";
import { hasStatus, holds, listed, refused, refusedAs } from "../demand.ts";
import { at, textAt } from "../json.ts";
import { schemaUrns } from "../provider.ts";
import { requirements } from "../requirement.ts";

const enterprise = schemaUrns.enterprise;

/** The filter, held to the people that this requirement has made. */
const ours = (scim: Client, filter: string): string => `userName sw "${scim.stem}." and ${filter}`;

const email = (scim: Client, name: string, type: string) => ({ type, value: `${scim.stem}.${name}@${type}.example` });

export const filter = requirements("filter", [
  {
    id: "7644-3.4.2.2-eq",
    level: "MUST",
    title: "eq finds the resource whose value is the same, and no other.",
    needs: ["filter"],
    run: async (scim) => {
      const people = await scim.users({ ada: {}, adam: {} });
      await scim.finds(people, `userName eq "${people.ada?.name}"`, ["ada"]);
    },
  },
  {
    id: "7644-3.4.2.2-eq-ignores-case",
    level: "MUST",
    title: "Text that is not case-exact, such as userName, is compared in any letter case.",
    needs: ["filter"],
    run: async (scim) => {
      const people = await scim.users({ ada: {}, ben: {} });
      await scim.finds(people, `userName eq "${people.ada?.name.toUpperCase()}"`, ["ada"]);
    },
  },
  {
    id: "7644-3.4.2.2-eq-case-exact",
    level: "MUST",
    title: "Text that is case-exact, such as externalId, is compared letter for letter.",
    needs: ["filter"],
    run: async (scim) => {
      const people = await scim.users({
        ada: { externalId: `${scim.stem}-Ab` },
        ben: { externalId: `${scim.stem}-aB` },
      });
      await scim.finds(people, `externalId eq "${scim.stem}-Ab"`, ["ada"]);
      await scim.finds(people, `externalId eq "${scim.stem}-AB"`, []);
    },
  },
  {
    id: "7644-3.4.2.2-ne",
    level: "MUST",
    title: "ne finds the resources whose value is another.",
    needs: ["filter", "User.displayName"],
    run: async (scim) => {
      const people = await scim.users({ ada: { displayName: "Ada" }, ben: { displayName: "Ben" } });
      await scim.finds(people, ours(scim, 'displayName ne "ADA"'), ["ben"]);
    },
  },
  {
    id: "7644-3.4.2.2-co",
    level: "MUST",
    title: "co finds values that contain the text, in any letter case.",
    needs: ["filter", "User.displayName"],
    run: async (scim) => {
      const people = await scim.users({ ada: { displayName: "Ada Lovelace" }, ben: { displayName: "Ben Love" } });
      await scim.finds(people, ours(scim, 'displayName co "A LOVE"'), ["ada"]);
      await scim.finds(people, ours(scim, 'displayName co "love"'), ["ada", "ben"]);
    },
  },
  {
    id: "7644-3.4.2.2-sw",
    level: "MUST",
    title: "sw finds values that begin with the text, the whole value included.",
    needs: ["filter"],
    run: async (scim) => {
      const people = await scim.users({ ada: {}, adam: {}, ben: {} });
      await scim.finds(people, `userName sw "${scim.stem}.ADA"`, ["ada", "adam"]);
      await scim.finds(people, `userName sw "${people.ada?.name}"`, ["ada"]);
      await scim.finds(people, `userName sw "${scim.stem.slice(1)}.ada"`, []);
    },
  },
  {
    id: "7644-3.4.2.2-ew",
    level: "MUST",
    title: "ew finds values that end with the text.",
    needs: ["filter", "User.displayName"],
    run: async (scim) => {
      const people = await scim.users({ ada: { displayName: "Ada Lovelace" }, ben: { displayName: "Lovelace Ben" } });
      await scim.finds(people, ours(scim, 'displayName ew "LACE"'), ["ada"]);
    },
  },
  {
    id: "7644-3.4.2.2-wildcards-are-text",
    level: "MUST",
    title: "Characters such as %, _ and * in a value stand for themselves.",
    needs: ["filter", "User.displayName"],
    run: async (scim) => {
      const people = await scim.users({ a: { displayName: "10%_*" }, b: { displayName: "10abc" } });
      for (const text of ["10%", "10%_", "10%_*"])
        await scim.finds(people, ours(scim, `displayName sw "${text}"`), ["a"]);
      await scim.finds(people, ours(scim, 'displayName co "_"'), ["a"]);
    },
  },
  {
    id: "7644-3.4.2.2-pr",
    level: "MUST",
    title: "pr finds resources whose attribute has a value.",
    needs: ["filter", "User.displayName"],
    run: async (scim) => {
      const people = await scim.users({ ada: { displayName: "Ada" }, ben: {} });
      await scim.finds(people, ours(scim, "displayName pr"), ["ada"]);
    },
  },
  {
    id: "7644-3.4.2.2-pr-complex",
    level: "MUST",
    title: "pr on a complex attribute holds when one of its sub-attributes has a value.",
    needs: ["filter", "User.name.familyName", "User.emails"],
    run: async (scim) => {
      const people = await scim.users({
        ada: { name: { familyName: "Lovelace" }, emails: [email(scim, "ada", "work")] },
        ben: { displayName: "Ben" },
      });
      await scim.finds(people, ours(scim, "name pr"), ["ada"]);
      await scim.finds(people, ours(scim, "emails pr"), ["ada"]);
    },
  },
  {
    id: "7644-3.4.2.2-pr-empty-text",
    level: "MUST",
    title: "pr does not hold for text that is empty.",
    needs: ["filter", "User.displayName"],
    run: async (scim) => {
      const answer = await scim.send("POST", scim.at.User, { body: scim.body("User", "a", { displayName: "" }) });
      if (answer.status !== 201) return scim.skip("the provider refuses empty text");
      const found = await scim.list("User", { filter: ours(scim, "displayName pr") });
      holds(found.answer, found.totalResults === 0, "displayName pr finds nobody", `it finds ${found.totalResults}`);
    },
  },
  {
    id: "7644-3.4.2.2-ordering-of-text",
    level: "MUST",
    title: "gt, ge, lt and le compare text by its order.",
    needs: ["filter", "User.displayName"],
    run: async (scim) => {
      const people = await scim.users({
        a: { displayName: "alpha" },
        b: { displayName: "bravo" },
        c: { displayName: "charlie" },
      });
      await scim.finds(people, ours(scim, 'displayName gt "bravo"'), ["c"]);
      await scim.finds(people, ours(scim, 'displayName ge "bravo"'), ["b", "c"]);
      await scim.finds(people, ours(scim, 'displayName lt "bravo"'), ["a"]);
      await scim.finds(people, ours(scim, 'displayName le "bravo"'), ["a", "b"]);
    },
  },
  {
    id: "7644-3.4.2.2-ordering-of-times",
    level: "MUST",
    title: "gt, ge, lt and le compare times as instants.",
    needs: ["filter"],
    run: async (scim) => {
      const people = await scim.users({ ada: {} });
      const created = textAt(people.ada?.body, "meta.created");
      const around = (milliseconds: number) => new Date(Date.parse(created) + milliseconds).toISOString();
      await scim.finds(people, ours(scim, `meta.created gt "${around(-60_000)}"`), ["ada"]);
      await scim.finds(people, ours(scim, `meta.created gt "${around(60_000)}"`), []);
      await scim.finds(people, ours(scim, `meta.created ge "${created}"`), ["ada"]);
      await scim.finds(people, ours(scim, `meta.created le "${created}"`), ["ada"]);
      await scim.finds(people, ours(scim, `meta.created lt "${created}"`), []);
    },
  },
  {
    id: "7644-3.4.2.2-times-in-other-zones",
    level: "MUST",
    title: "A time with another offset from UTC is the same instant.",
    needs: ["filter"],
    run: async (scim) => {
      const people = await scim.users({ ada: {} });
      const created = Date.parse(textAt(people.ada?.body, "meta.created"));
      const inTokyo = (minutes: number) =>
        new Date(created + (9 * 60 + minutes) * 60_000).toISOString().replace("Z", "+09:00");
      await scim.finds(people, ours(scim, `meta.created lt "${inTokyo(10)}"`), ["ada"]);
      await scim.finds(people, ours(scim, `meta.created lt "${inTokyo(-10)}"`), []);
    },
  },
  {
    id: "7644-3.4.2.2-boolean",
    level: "MUST",
    title: "eq compares Booleans with true and false.",
    needs: ["filter", "User.active"],
    run: async (scim) => {
      const people = await scim.users({ on: { active: true }, off: { active: false } });
      await scim.finds(people, ours(scim, "active eq true"), ["on"]);
      await scim.finds(people, ours(scim, "active eq false"), ["off"]);
    },
  },
  {
    id: "7644-3.4.2.2-boolean-has-no-order",
    level: "MUST",
    title: "gt, ge, lt and le on a Boolean are 400 with scimType invalidFilter.",
    needs: ["filter", "User.active"],
    run: async (scim) => {
      for (const operator of ["gt", "ge", "lt", "le"]) {
        refusedAs(
          await scim.send("GET", scim.at.User, { query: { filter: `active ${operator} true` } }),
          400,
          "invalidFilter",
        );
      }
    },
  },
  {
    id: "7644-3.4.2.2-and",
    level: "MUST",
    title: "and holds when both expressions do.",
    needs: ["filter", "User.displayName", "User.title"],
    run: async (scim) => {
      const people = await scim.users({
        a: { displayName: "Same", title: "One" },
        b: { displayName: "Same", title: "Two" },
        c: { displayName: "Other", title: "One" },
      });
      await scim.finds(people, ours(scim, 'displayName eq "Same" and title eq "One"'), ["a"]);
    },
  },
  {
    id: "7644-3.4.2.2-or",
    level: "MUST",
    title: "or holds when one of the expressions does.",
    needs: ["filter"],
    run: async (scim) => {
      const people = await scim.users({ a: {}, b: {}, c: {} });
      await scim.finds(people, `userName eq "${people.a?.name}" or userName eq "${people.c?.name}"`, ["a", "c"]);
    },
  },
  {
    id: "7644-3.4.2.2-not",
    level: "MUST",
    title: "not turns the expression in parentheses round.",
    needs: ["filter", "User.displayName"],
    run: async (scim) => {
      const people = await scim.users({ ada: { displayName: "Ada" }, ben: { displayName: "Ben" } });
      await scim.finds(people, ours(scim, 'not (displayName eq "Ada")'), ["ben"]);
    },
  },
  {
    id: "7644-3.4.2.2-and-before-or",
    level: "MUST",
    title: "and binds tighter than or.",
    needs: ["filter", "User.displayName", "User.title"],
    run: async (scim) => {
      const people = await scim.users({
        a: { displayName: "A", title: "X" },
        b: { displayName: "B", title: "X" },
        c: { displayName: "C", title: "Y" },
      });
      const [a, b] = [people.a?.name, people.b?.name];
      await scim.finds(people, `userName eq "${a}" or userName eq "${b}" and title eq "Y"`, ["a"]);
    },
  },
  {
    id: "7644-3.4.2.2-parentheses",
    level: "MUST",
    title: "Parentheses are evaluated first.",
    needs: ["filter", "User.displayName", "User.title"],
    run: async (scim) => {
      const people = await scim.users({ a: { title: "X" }, b: { title: "X" }, c: { title: "Y" } });
      const [a, c] = [people.a?.name, people.c?.name];
      await scim.finds(people, `(userName eq "${a}" or userName eq "${c}") and title eq "Y"`, ["c"]);
    },
  },
  {
    id: "7644-3.4.2.2-not-before-and",
    level: "MUST",
    title: "not binds tighter than and.",
    needs: ["filter", "User.displayName", "User.title"],
    run: async (scim) => {
      const people = await scim.users({ a: { displayName: "A", title: "X" }, b: { displayName: "B", title: "Y" } });
      await scim.finds(people, ours(scim, 'not (displayName eq "A") and title eq "Y"'), ["b"]);
      await scim.finds(people, ours(scim, 'not (displayName eq "A") and title eq "X"'), []);
    },
  },
  {
    id: "7644-3.4.2.2-words-in-any-case",
    level: "MUST",
    title: "Attribute names and operators are understood in any letter case.",
    needs: ["filter"],
    run: async (scim) => {
      const people = await scim.users({ a: {}, b: {} });
      await scim.finds(people, `USERNAME EQ "${people.a?.name}" Or username Eq "${people.b?.name}"`, ["a", "b"]);
    },
  },
  {
    id: "7644-3.4.2.2-sub-attribute",
    level: "MUST",
    title: "A sub-attribute is named with a dot.",
    needs: ["filter", "User.name.familyName"],
    run: async (scim) => {
      const people = await scim.users({
        ada: { name: { familyName: "O'Malley" } },
        ben: { name: { familyName: "Byron" } },
      });
      await scim.finds(people, ours(scim, `name.familyName co "O'Malley"`), ["ada"]);
    },
  },
  {
    id: "7644-3.4.2.2-any-value",
    level: "MUST",
    title: "A multi-valued attribute matches when any of its values does.",
    needs: ["filter", "User.emails.type"],
    run: async (scim) => {
      const people = await scim.users({
        ada: { emails: [email(scim, "ada", "work"), email(scim, "ada", "home")] },
        ben: { emails: [email(scim, "ben", "work")] },
      });
      await scim.finds(people, `emails.value eq "${email(scim, "ada", "home").value}"`, ["ada"]);
      await scim.finds(people, ours(scim, 'emails.type eq "home"'), ["ada"]);
    },
  },
  {
    id: "7644-3.4.2.2-value-by-default",
    level: "MUST",
    title: "A complex multi-valued attribute without a sub-attribute stands for its value, as in the RFC's examples.",
    needs: ["filter", "User.emails.type"],
    run: async (scim) => {
      const people = await scim.users({
        ada: { emails: [email(scim, "ada", "work")] },
        ben: { emails: [email(scim, "ben", "home")] },
      });
      await scim.finds(people, ours(scim, 'emails co "@home.example"'), ["ben"]);
    },
  },
  {
    id: "7644-3.4.2.2-same-value-in-brackets",
    level: "MUST",
    title: "Conditions in brackets have to be met by one and the same value.",
    needs: ["filter", "User.emails.type"],
    run: async (scim) => {
      const people = await scim.users({
        ada: {
          emails: [email(scim, "x", "work"), { ...email(scim, "y", "home"), value: `${scim.stem}.y@work.example` }],
        },
        ben: {
          emails: [{ ...email(scim, "z", "work"), value: `${scim.stem}.z@home.example` }, email(scim, "v", "home")],
        },
      });
      await scim.finds(people, ours(scim, 'emails[type eq "work" and value co "@work.example"]'), ["ada"]);
      await scim.finds(people, ours(scim, 'emails.type eq "work" and emails.value co "@home.example"'), ["ben"]);
    },
  },
  {
    id: "7644-3.4.2.2-not-in-brackets",
    level: "MUST",
    title: "not inside brackets asks for a value that is not so; not around them asks for no value that is.",
    needs: ["filter", "User.emails.type"],
    run: async (scim) => {
      const people = await scim.users({
        both: { emails: [email(scim, "a", "work"), email(scim, "b", "home")] },
        work: { emails: [email(scim, "c", "work")] },
        home: { emails: [email(scim, "d", "home")] },
      });
      await scim.finds(people, ours(scim, 'emails[not (type eq "work")]'), ["both", "home"]);
      await scim.finds(people, ours(scim, 'not (emails[type eq "work"])'), ["home"]);
    },
  },
  {
    id: "7644-3.4.2.2-no-sub-attribute-after-brackets",
    level: "SHOULD",
    title: "Nothing follows the brackets of a value path in a filter: emails[…].value is 400 invalidFilter.",
    needs: ["filter", "User.emails.type"],
    run: async (scim) => {
      const answer = await scim.send("GET", scim.at.User, { query: { filter: 'emails[type eq "work"].value eq "x"' } });
      refusedAs(answer, 400, "invalidFilter");
    },
  },
  {
    id: "7644-3.10-core-attribute-with-urn",
    level: "MUST",
    title: "A core attribute may be named with its schema's URN, in any letter case.",
    needs: ["filter"],
    run: async (scim) => {
      const people = await scim.users({ ada: {}, ben: {} });
      await scim.finds(people, `${schemaUrns.user}:userName eq "${people.ada?.name}"`, ["ada"]);
      await scim.finds(people, `${schemaUrns.user.toUpperCase()}:USERNAME eq "${people.ada?.name}"`, ["ada"]);
    },
  },
  {
    id: "7644-3.10-extension-attribute",
    level: "MUST",
    title: "An extension's attribute is named with its URN.",
    needs: ["filter", "enterprise", "Enterprise.department"],
    run: async (scim) => {
      const people = await scim.users({
        ada: { [enterprise]: { department: "Operations" } },
        ben: { [enterprise]: { department: "Research" } },
      });
      await scim.finds(people, ours(scim, `${enterprise}:department eq "OPERATIONS"`), ["ada"]);
    },
  },
  {
    id: "7644-3.10-extension-sub-attribute",
    level: "MUST",
    title: "A sub-attribute of an extension's attribute is named with URN and dot.",
    needs: ["filter", "enterprise", "Enterprise.manager.value"],
    run: async (scim) => {
      const boss = await scim.user();
      const people = await scim.users({ ada: { [enterprise]: { manager: { value: boss.id } } }, ben: {} });
      await scim.finds(people, ours(scim, `${enterprise}:manager.value eq "${boss.id}"`), ["ada"]);
    },
  },
  {
    id: "7644-3.4.2.2-by-id",
    level: "MUST",
    title: "Resources can be found by id.",
    needs: ["filter"],
    run: async (scim) => {
      const people = await scim.users({ ada: {}, ben: {} });
      await scim.finds(people, `id eq "${people.ada?.id}"`, ["ada"]);
    },
  },
  {
    id: "7644-3.4.2.2-by-resource-type",
    level: "MUST",
    title: "meta.resourceType can be asked for.",
    needs: ["filter"],
    run: async (scim) => {
      const people = await scim.users({ ada: {} });
      await scim.finds(people, ours(scim, 'meta.resourceType eq "User"'), ["ada"]);
      await scim.finds(people, ours(scim, 'meta.resourceType eq "Group"'), []);
    },
  },
  {
    id: "7644-3.4.2.2-by-schema",
    level: "MAY",
    title: "Resources can be found by an extension that their schemas list.",
    needs: ["filter", "enterprise", "Enterprise.department"],
    run: async (scim) => {
      const people = await scim.users({ ada: { [enterprise]: { department: "Operations" } }, ben: {} });
      await scim.finds(people, ours(scim, `schemas eq "${enterprise}"`), ["ada"]);
    },
  },
  {
    id: "7644-3.4.2.1-undefined-attribute",
    level: "MUST",
    title: "An attribute that the type does not have matches nothing, or is 400 invalidFilter.",
    needs: ["filter"],
    run: async (scim) => {
      const people = await scim.users({ ada: {} });
      const answer = await scim.send("GET", scim.at.User, { query: { filter: ours(scim, 'shoeSize eq "41"') } });
      if (answer.status !== 200) return refused(answer, 400, "invalidFilter", "invalidValue", "invalidPath");
      const isFound = listed(answer).resources.some((resource) => at(resource, "id") === people.ada?.id);
      holds(answer, !isFound, "nobody found", "somebody was");
    },
  },
  {
    id: "7644-3.4.2-nothing-found",
    level: "MUST",
    title: "A query that nothing matches is 200 with totalResults 0.",
    needs: ["filter"],
    run: async (scim) => {
      const answer = await scim.send("GET", scim.at.User, { query: { filter: `userName eq "${scim.stem}.nobody"` } });
      const { totalResults, resources } = listed(answer);
      holds(answer, totalResults === 0 && resources.length === 0, "totalResults 0", `totalResults ${totalResults}`);
    },
  },
  ...(
    [
      ["unknown-operator", 'userName regex "a"', "An operator that the RFC does not have"],
      ["no-value", "userName eq", "A comparison without a value"],
      ["attribute-alone", "userName", "An attribute without an operator"],
      ["open-parenthesis", '(userName eq "a"', "A parenthesis that is not closed"],
      ["stray-parenthesis", 'userName eq "a")', "A parenthesis that was not opened"],
      ["open-text", 'userName eq "a', "Text whose closing quote is missing"],
      ["single-quotes", "userName eq 'a'", "Text in single quotes, which is no JSON,"],
      ["dangling-and", 'userName eq "a" and', "An and with nothing behind it"],
      ["not-without-parentheses", 'not userName eq "a"', "A not without parentheses"],
      ["empty-brackets", "emails[]", "A value path with nothing in its brackets"],
      ["open-bracket", 'emails[type eq "work"', "A bracket that is not closed"],
      ["value-after-pr", 'userName pr "a"', "A pr with a value"],
    ] as const
  ).map(([word, text, what]) => ({
    id: `7644-3.4.2.2-bad-${word}`,
    level: "MUST" as const,
    title: `${what} is 400 with scimType invalidFilter.`,
    needs: ["filter" as const],
    run: async (scim: Client) =>
      refusedAs(await scim.send("GET", scim.at.User, { query: { filter: text } }), 400, "invalidFilter"),
  })),
  {
    id: "7644-3.4.2.2-escapes",
    level: "MUST",
    title: "Values are JSON text: quotes, backslashes and \\u escapes are understood.",
    needs: ["filter", "User.displayName"],
    run: async (scim) => {
      const people = await scim.users({ a: { displayName: 'Ada "the first" \\ É' }, b: { displayName: "Ada" } });
      await scim.finds(people, ours(scim, 'displayName eq "Ada \\"the first\\" \\\\ \\u00c9"'), ["a"]);
    },
  },
  {
    id: "7644-3.4.2.2-words-inside-text",
    level: "MUST",
    title: "Operators, parentheses and brackets inside a value are only text.",
    needs: ["filter", "User.displayName"],
    run: async (scim) => {
      const displayName = "a) or (b and [c eq d]";
      const people = await scim.users({ a: { displayName }, b: { displayName: "b" } });
      await scim.finds(people, ours(scim, `displayName eq "${displayName}"`), ["a"]);
    },
  },
  {
    id: "7644-3.4.2.2-password-not-guessed",
    level: "SHOULD",
    title: "A filter on a password's beginning or order does not help to guess it.",
    needs: ["filter", "User.password"],
    run: async (scim) => {
      const people = await scim.users({ ada: { password: "Corr3ct-Horse-Battery" } });
      for (const expression of ['password sw "Corr"', 'password gt "B"', 'password co "Horse"']) {
        const answer = await scim.send("GET", scim.at.User, { query: { filter: ours(scim, expression) } });
        if (answer.status !== 200) continue;
        const isFound = listed(answer).resources.some((resource) => at(resource, "id") === people.ada?.id);
        holds(answer, !isFound, `nothing found by ${expression}`, "the user was found");
      }
    },
  },
  {
    id: "7644-3.4.2.2-groups-by-name",
    level: "MUST",
    title: "Groups are found by displayName in any letter case.",
    needs: ["filter", "groups"],
    run: async (scim) => {
      const groups = { a: await scim.make("Group", "Alpha"), b: await scim.make("Group", "Beta") };
      await scim.finds(groups, `displayName eq "${groups.a.name.toUpperCase()}"`, ["a"]);
    },
  },
  {
    id: "7644-3.4.2.2-groups-by-member",
    level: "MUST",
    title: "Groups are found by the id of a member.",
    needs: ["filter", "groups", "Group.members"],
    run: async (scim) => {
      const user = await scim.user();
      const groups = {
        a: await scim.make("Group", "Alpha", { members: [{ value: user.id }] }),
        b: await scim.make("Group", "Beta"),
      };
      await scim.finds(groups, `members.value eq "${user.id}"`, ["a"]);
      await scim.finds(groups, `members[value eq "${user.id}"]`, ["a"]);
    },
  },
  {
    id: "7644-3.4.2.2-after-change",
    level: "MUST",
    title: "A filter sees what a change has just written.",
    needs: ["filter", "patch", "User.displayName"],
    run: async (scim) => {
      const people = await scim.users({ ada: { displayName: "Before" } });
      if (people.ada === undefined) return;
      hasStatus(await scim.patch(people.ada, [{ op: "replace", path: "displayName", value: "After" }]), 200, 204);
      await scim.finds(people, ours(scim, 'displayName eq "After"'), ["ada"]);
      await scim.finds(people, ours(scim, 'displayName eq "Before"'), []);
    },
  },
]);
