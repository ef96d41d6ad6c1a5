import type { Client, Resource } from "../client.ts";
import { hasStatus, holds, lacks, refused, refusedAs, shows } from "../demand.ts";
import { at, brief, isLike, type Json, type JsonObject, textAt } from "../json.ts";
import { type Attribute, placed, sampleOf } from "../provider.ts";
import { requirements } from "../requirement.ts";
import type { Answer } from "../wire.ts";

/** Attributes whose meaning a provider may tie to something else than what is sent. */
const special: ReadonlySet<string> = new Set([
  "userName",
  "password",
  "emails",
  "groups",
  "active",
  "id",
  "meta",
  "schemas",
]);

/** An attribute of users of the kind wanted, whatever its name; extensions come before the core schema. */
const find = (scim: Client, what: string, isWanted: (attribute: Attribute) => boolean): Attribute => {
  const candidates = scim.provider.userAttributes.filter(
    (attribute) => !special.has(attribute.path.at(-1) ?? "") && isWanted(attribute),
  );
  return (
    candidates.find(({ path }) => path.length > 1) ??
    candidates[0] ??
    scim.skip(`/Schemas lists no attribute of users that is ${what}`)
  );
};

const isOpen = ({ mutability, returned, uniqueness }: Attribute): boolean =>
  mutability === "readWrite" && returned === "default" && uniqueness === "none";

const isSimple = (attribute: Attribute, type: string): boolean => !attribute.multiValued && attribute.type === type;

const isPlain = (type: string) => (attribute: Attribute) => isOpen(attribute) && isSimple(attribute, type);

const isImmutable = (attribute: Attribute): boolean =>
  attribute.mutability === "immutable" && attribute.returned === "default" && isSimple(attribute, "string");

const isCaseExact = (attribute: Attribute): boolean =>
  attribute.caseExact && (isPlain("string")(attribute) || isImmutable(attribute));

let samples = 100;

/** A user with the attribute set. */
const having = async (scim: Client, attribute: Attribute, value: Json): Promise<Resource> =>
  scim.user(placed(attribute.path, value));

const refusedValue = async (scim: Client, attribute: Attribute, value: Json): Promise<void> => {
  const answer = await scim.send("POST", scim.at.User, {
    body: scim.body("User", undefined, placed(attribute.path, value)),
  });
  refused(answer, 400, "invalidValue", "invalidSyntax");
};

const kept = async (scim: Client, attribute: Attribute, value: Json): Promise<void> =>
  shows(await scim.read(await having(scim, attribute, value)), attribute.path, value);

const put = (scim: Client, user: Resource, more: JsonObject): Promise<Answer> =>
  scim.send("PUT", user.path, { body: { ...scim.body("User", undefined, more), userName: user.name } });

export const characteristics = requirements("schema characteristics", [
  {
    id: "7643-2.3.1-string",
    level: "MUST",
    title: "An attribute of type string keeps text.",
    run: async (scim) => {
      const isFree = (attribute: Attribute) => isPlain("string")(attribute) && attribute.canonicalValues.length === 0;
      await kept(scim, find(scim, "a string", isFree), "Some Text");
    },
  },
  {
    id: "7643-2.3.2-boolean",
    level: "MUST",
    title: "An attribute of type boolean keeps true and false.",
    run: async (scim) => {
      const attribute = find(scim, "a boolean", isPlain("boolean"));
      for (const value of [true, false]) await kept(scim, attribute, value);
    },
  },
  {
    id: "7643-2.3.3-decimal",
    level: "MUST",
    title: "An attribute of type decimal keeps numbers with a fraction.",
    run: async (scim) => kept(scim, find(scim, "a decimal", isPlain("decimal")), 2.5),
  },
  {
    id: "7643-2.3.4-integer",
    level: "MUST",
    title: "An attribute of type integer keeps whole numbers as numbers.",
    run: async (scim) => {
      const attribute = find(scim, "an integer", isPlain("integer"));
      for (const value of [0, 42, -7]) await kept(scim, attribute, value);
    },
  },
  {
    id: "7643-2.3.4-integer-without-fraction",
    level: "MUST",
    title: "A number with a fraction, or a number as text, is refused for an integer.",
    run: async (scim) => {
      const attribute = find(scim, "an integer", isPlain("integer"));
      await refusedValue(scim, attribute, 1.5);
      await refusedValue(scim, attribute, "many");
    },
  },
  {
    id: "7643-2.3.5-date-time",
    level: "MUST",
    title: "An attribute of type dateTime keeps the instant.",
    run: async (scim) => {
      const attribute = find(scim, "a dateTime", isPlain("dateTime"));
      const answer = await scim.read(await having(scim, attribute, "2026-02-03T04:05:06Z"));
      const value = at(answer.body, attribute.path);
      const isSame = typeof value === "string" && Date.parse(value) === Date.parse("2026-02-03T04:05:06Z");
      holds(answer, isSame, `${attribute.name} is 2026-02-03T04:05:06Z`, brief(value));
    },
  },
  {
    id: "7643-2.3.5-date-with-time",
    level: "MUST",
    title: "A date without a time, or no date at all, is refused for a dateTime.",
    run: async (scim) => {
      const attribute = find(scim, "a dateTime", isPlain("dateTime"));
      for (const value of ["2026-02-03", "yesterday", "2026-13-45T00:00:00Z"])
        await refusedValue(scim, attribute, value);
    },
  },
  {
    id: "7643-2.3.6-binary",
    level: "MUST",
    title: "An attribute of type binary keeps base64.",
    run: async (scim) => {
      const attribute = find(scim, "binary", isPlain("binary"));
      const value = Buffer.from([0, 255, 16, 128]).toString("base64");
      const answer = await scim.read(await having(scim, attribute, value));
      const got = textAt(answer.body, attribute.path);
      holds(answer, Buffer.from(got, "base64").toString("base64") === value, `the bytes ${value}`, brief(got));
    },
  },
  {
    id: "7643-2.3.6-binary-is-base64",
    level: "MUST",
    title: "Text that is no base64 is refused for a binary.",
    run: async (scim) => refusedValue(scim, find(scim, "binary", isPlain("binary")), "*** not base64 ***"),
  },
  {
    id: "7643-2.3.7-reference",
    level: "MUST",
    title: "An attribute of type reference keeps a URI, letter case included.",
    run: async (scim) => {
      const attribute = find(scim, "a reference", isPlain("reference"));
      await kept(scim, attribute, "https://conformance.example/People/Ada?View=Full");
    },
  },
  {
    id: "7643-2.3.8-complex",
    level: "MUST",
    title: "A complex attribute of an extension keeps its sub-attributes.",
    run: async (scim) => {
      const attribute = find(
        scim,
        "complex",
        (item) => isOpen(item) && isSimple(item, "complex") && item.path.length > 1 && !/manager/i.test(item.name),
      );
      await kept(scim, attribute, sampleOf(attribute, ++samples));
    },
  },
  {
    id: "7643-2.4-primitive-values",
    level: "MUST",
    title: "A multi-valued attribute of plain values keeps all of them.",
    run: async (scim) => {
      const attribute = find(
        scim,
        "multi-valued and not complex",
        (item) => isOpen(item) && item.multiValued && item.type === "string",
      );
      await kept(scim, attribute, ["one", "two", "three"]);
    },
  },
  {
    id: "7644-3.5.2.1-add-primitive-value",
    level: "MUST",
    title: "PATCH adds to a multi-valued attribute of plain values.",
    needs: ["patch"],
    run: async (scim) => {
      const attribute = find(
        scim,
        "multi-valued and not complex",
        (item) => isOpen(item) && item.multiValued && item.type === "string",
      );
      const user = await having(scim, attribute, ["one"]);
      const after = await scim.patched(user, { op: "add", path: attribute.name, value: ["two"] });
      shows(after, attribute.path, ["one", "two"]);
    },
  },
  {
    id: "7643-7-case-exact",
    level: "MUST",
    title: "A filter on a case-exact attribute minds letter case.",
    needs: ["filter"],
    run: async (scim) => {
      const attribute = find(scim, "a case-exact string", isCaseExact);
      const people = {
        a: await having(scim, attribute, `${scim.stem}Ab`),
        b: await having(scim, attribute, `${scim.stem}aB`),
      };
      await scim.finds(people, `${attribute.name} eq "${scim.stem}Ab"`, ["a"]);
      await scim.finds(people, `${attribute.name} sw "${scim.stem}a"`, ["b"]);
    },
  },
  {
    id: "7643-7-case-preserved",
    level: "MUST",
    title: "The letter case of a case-exact value is kept.",
    run: async (scim) => {
      const attribute = find(scim, "a case-exact string", isCaseExact);
      await kept(scim, attribute, `${scim.stem}-MiXeD`);
    },
  },
  {
    id: "7644-3.4.2.2-integer-order",
    level: "MUST",
    title: "gt compares integers by number: 10 is more than 9.",
    needs: ["filter"],
    run: async (scim) => {
      const attribute = find(scim, "an integer", isPlain("integer"));
      const people = { nine: await having(scim, attribute, 9), ten: await having(scim, attribute, 10) };
      await scim.finds(people, `userName sw "${scim.stem}." and ${attribute.name} gt 9`, ["ten"]);
      await scim.finds(people, `userName sw "${scim.stem}." and ${attribute.name} eq 9`, ["nine"]);
    },
  },
  {
    id: "7644-3.4.2.2-binary-has-no-order",
    level: "MUST",
    title: "gt on a binary attribute is 400 with scimType invalidFilter.",
    needs: ["filter"],
    run: async (scim) => {
      const attribute = find(scim, "binary", isPlain("binary"));
      refusedAs(
        await scim.send("GET", scim.at.User, { query: { filter: `${attribute.name} gt "AAAA"` } }),
        400,
        "invalidFilter",
      );
    },
  },
  {
    id: "7644-3.4.2.3-integer-sort",
    level: "MUST",
    title: "Integers sort by number, not as text.",
    needs: ["sort", "filter"],
    run: async (scim) => {
      const attribute = find(scim, "an integer", isPlain("integer"));
      const ten = await having(scim, attribute, 10);
      const nine = await having(scim, attribute, 9);
      const { answer, resources } = await scim.list("User", {
        filter: `userName sw "${scim.stem}."`,
        sortBy: attribute.name,
      });
      const order = resources.map((resource) => textAt(resource, "id")).join();
      holds(answer, order === [nine.id, ten.id].join(), "9 before 10", order);
    },
  },
  {
    id: "7643-7-uniqueness",
    level: "SHOULD",
    title: "A value of an attribute with uniqueness server, other than userName, belongs to one resource.",
    run: async (scim) => {
      const isUnique = (item: Attribute) =>
        item.uniqueness !== "none" && item.mutability === "readWrite" && isSimple(item, "string");
      const attribute = find(scim, "unique, besides userName", isUnique);
      const value = `${scim.stem}-unique`;
      await having(scim, attribute, value);
      const answer = await scim.send("POST", scim.at.User, {
        body: scim.body("User", undefined, placed(attribute.path, value)),
      });
      refused(answer, [400, 409], "uniqueness");
    },
  },
  {
    id: "7643-7-immutable-kept",
    level: "MUST",
    title: "An immutable attribute can be set when the resource is made.",
    run: async (scim) => {
      const attribute = find(scim, "an immutable string", isImmutable);
      await kept(scim, attribute, `${scim.stem}-first`);
    },
  },
  {
    id: "7644-3.5.2-immutable-on-patch",
    level: "MUST",
    title: "A PATCH that changes an immutable value is 400 with scimType mutability.",
    needs: ["patch"],
    run: async (scim) => {
      const attribute = find(scim, "an immutable string", isImmutable);
      const user = await having(scim, attribute, `${scim.stem}-first`);
      refusedAs(
        await scim.patch(user, [{ op: "replace", path: attribute.name, value: `${scim.stem}-second` }]),
        400,
        "mutability",
      );
      shows(await scim.read(user), attribute.path, `${scim.stem}-first`);
    },
  },
  {
    id: "7644-3.5.2-immutable-set-later",
    level: "MAY",
    title: "An immutable attribute without a value can be set by a PATCH.",
    needs: ["patch"],
    run: async (scim) => {
      const attribute = find(scim, "an immutable string", isImmutable);
      const after = await scim.patched(await scim.user(), {
        op: "add",
        path: attribute.name,
        value: `${scim.stem}-first`,
      });
      shows(after, attribute.path, `${scim.stem}-first`);
    },
  },
  {
    id: "7644-3.5.1-immutable-on-put",
    level: "SHOULD",
    title: "A PUT with another value for an immutable attribute is 400 with scimType mutability.",
    run: async (scim) => {
      const attribute = find(scim, "an immutable string", isImmutable);
      const user = await having(scim, attribute, `${scim.stem}-first`);
      refusedAs(await put(scim, user, placed(attribute.path, `${scim.stem}-second`)), 400, "mutability");
      shows(await scim.read(user), attribute.path, `${scim.stem}-first`);
    },
  },
  {
    id: "7644-3.5.1-immutable-same-on-put",
    level: "MUST",
    title: "A PUT with the same value for an immutable attribute is carried out.",
    run: async (scim) => {
      const attribute = find(scim, "an immutable string", isImmutable);
      const user = await having(scim, attribute, `${scim.stem}-first`);
      hasStatus(await put(scim, user, placed(attribute.path, `${scim.stem}-first`)), 200);
      shows(await scim.read(user), attribute.path, `${scim.stem}-first`);
    },
  },
  {
    id: "7643-7-write-only",
    level: "MUST",
    title: "A write-only attribute is accepted and never shown.",
    run: async (scim) => {
      const attribute = find(
        scim,
        "write-only, besides password",
        (item) => item.mutability === "writeOnly" && isSimple(item, "string"),
      );
      const user = await having(scim, attribute, "a secret");
      for (const answer of [
        user.created,
        await scim.read(user),
        await scim.read(user, { attributes: attribute.name }),
      ]) {
        lacks(answer, attribute.path);
      }
    },
  },
  {
    id: "7643-7-returned-never",
    level: "MUST",
    title: "An attribute returned never is not shown, not even when it is asked for.",
    run: async (scim) => {
      const attribute = find(
        scim,
        "returned never, besides password",
        (item) => item.returned === "never" && item.mutability !== "readOnly",
      );
      const user = await having(scim, attribute, sampleOf(attribute, ++samples));
      lacks(await scim.read(user), attribute.path);
      lacks(await scim.read(user, { attributes: attribute.name }), attribute.path);
    },
  },
  {
    id: "7644-3.4.2.2-hidden-not-guessed",
    level: "SHOULD",
    title: "A filter on the beginning of a value that is never returned does not help to guess it.",
    needs: ["filter"],
    run: async (scim) => {
      const isHidden = (item: Attribute) => item.returned === "never" && isSimple(item, "string");
      const attribute = find(scim, "returned never, besides password", isHidden);
      const user = await having(scim, attribute, `${scim.stem}-hidden`);
      const filter = `userName sw "${scim.stem}." and ${attribute.name} sw "${scim.stem}"`;
      const answer = await scim.send("GET", scim.at.User, { query: { filter } });
      if (answer.status === 200) holds(answer, !answer.text.includes(user.id), "nobody found", "the user was found");
      else refused(answer, [400, 403], "invalidFilter", "sensitive");
    },
  },
  {
    id: "7643-7-returned-request",
    level: "MUST",
    title: "An attribute returned on request is shown when it is asked for, and not otherwise.",
    run: async (scim) => {
      const attribute = find(
        scim,
        "returned on request",
        (item) => item.returned === "request" && item.mutability === "readWrite",
      );
      const value = sampleOf(attribute, ++samples);
      const user = await having(scim, attribute, value);
      lacks(await scim.read(user), attribute.path);
      shows(await scim.read(user, { attributes: attribute.name }), attribute.path, value);
    },
  },
  {
    id: "7643-7-returned-always",
    level: "MUST",
    title: "An attribute returned always is shown whatever attributes and excludedAttributes say.",
    run: async (scim) => {
      const isAlways = (item: Attribute) => item.returned === "always" && item.mutability === "readWrite";
      const attribute = find(scim, "returned always, besides id", isAlways);
      const value = sampleOf(attribute, ++samples);
      const user = await having(scim, attribute, value);
      shows(await scim.read(user, { attributes: "userName" }), attribute.path, value);
      shows(await scim.read(user, { excludedAttributes: attribute.name }), attribute.path, value);
    },
  },
  {
    id: "7643-7-read-only",
    level: "MUST",
    title: "A read-only attribute of a schema is ignored in a create and refused in a PATCH with scimType mutability.",
    needs: ["patch"],
    run: async (scim) => {
      const isReadOnly = (item: Attribute) =>
        item.mutability === "readOnly" && !item.multiValued && item.type !== "complex";
      const attribute = find(scim, "read-only", isReadOnly);
      const wished = sampleOf(attribute, ++samples);
      const user = await having(scim, attribute, wished);
      const before = await scim.read(user);
      holds(
        before,
        !isLike(at(before.body, attribute.path), wished),
        `${attribute.name} is the provider's own`,
        brief(wished),
      );
      refusedAs(await scim.patch(user, [{ op: "replace", path: attribute.name, value: wished }]), 400, "mutability");
    },
  },
  {
    id: "7643-7-published-attributes-work",
    level: "MUST",
    title: "Every published attribute of users that clients may write and read keeps a value of its type.",
    run: async (scim) => {
      const open = scim.provider.userAttributes.filter(
        (item) =>
          isOpen(item) &&
          !special.has(item.path.at(-1) ?? "") &&
          !/manager$/i.test(item.name) &&
          item.type !== "binary",
      );
      for (const attribute of open) {
        if (attribute.type === "complex" && attribute.subAttributes.length === 0) continue;
        const value = sampleOf(attribute, ++samples);
        const answer = await scim.read(await having(scim, attribute, value));
        const isThere = at(answer.body, attribute.path) !== undefined;
        holds(answer, isThere, `${attribute.name} is ${brief(value)}`, `${attribute.name} is nothing`);
      }
    },
  },
]);
