import { expect, test } from "vitest";
import type { ImportedObject, ImportPort, LinkBatch, Reference } from "#sources";

/** Gives ports of named sources on one empty directory. */
export type ImportPortFactory = () => Promise<{
  port(source: string): Promise<ImportPort> | ImportPort;
  close?(): Promise<void>;
}>;

function person(
  anchor: string,
  upn: string,
  more: ImportedObject["attributes"] = {},
  locator: string | null = null,
): ImportedObject {
  return {
    anchor,
    locator,
    line: 2,
    attributes: { userPrincipalName: upn, displayName: upn, accountEnabled: true, ...more },
  };
}

function group(anchor: string, name: string): ImportedObject {
  return { anchor, locator: null, line: 3, attributes: { displayName: name } };
}

const NO_LINKS: LinkBatch = { managers: [], members: [], memberships: [] };
const by = (how: Reference["by"], value: string): Reference => ({ by: how, value });

/** What every ImportPort must do; call inside a describe block. */
export function importPortSuite(make: ImportPortFactory): void {
  const given = (name: string, body: (open: (source: string) => Promise<ImportPort>) => Promise<void>) =>
    test(name, async () => {
      const directory = await make();
      try {
        await body(async (source) => directory.port(source));
      } finally {
        await directory.close?.();
      }
    });

  given("remembers the anchor field of each source", async (open) => {
    const port = await open("hr");
    expect(await port.anchorField()).toBeNull();
    await port.rememberAnchorField("employeeid");
    expect(await (await open("hr")).anchorField()).toBe("employeeid");
    expect(await (await open("other")).anchorField()).toBeNull();
  });

  given("creates by anchor, then changes the same object and clears with null", async (open) => {
    const port = await open("hr");
    expect(await port.write({ users: [person("1", "a@example.test", { jobTitle: "Cook" })], groups: [] })).toEqual({
      refused: [],
    });
    const before = (await port.lookup("user", ["1", "2"])).get("1")!;
    await port.write({
      users: [{ anchor: "1", locator: "cn=a", line: 2, attributes: { jobTitle: null, city: "Ürümqi" } }],
      groups: [],
    });
    const after = await port.lookup("user", ["1", "2"]);
    expect([...after.keys()]).toEqual(["1"]);
    expect(after.get("1")).toMatchObject({ id: before.id, anchor: "1", locator: "cn=a", deleted: false, kind: "user" });
    expect(after.get("1")!.attributes).toMatchObject({ userPrincipalName: "a@example.test", city: "Ürümqi" });
    expect(after.get("1")!.attributes.jobTitle ?? null).toBeNull();
  });

  given("keeps lists and Booleans as they are", async (open) => {
    const port = await open("hr");
    const lists = { otherMails: ["x@example.test", "y@example.test"], accountEnabled: false };
    await port.write({ users: [person("1", "a@example.test", lists)], groups: [] });
    expect((await port.lookup("user", ["1"])).get("1")!.attributes).toMatchObject(lists);
  });

  given("refuses a userPrincipalName that another person holds and writes the rest", async (open) => {
    const port = await open("hr");
    const elsewhere = await open("other");
    await elsewhere.write({ users: [person("x", "Taken@example.test")], groups: [] });
    const { refused } = await port.write({
      users: [person("1", "taken@EXAMPLE.test"), person("2", "free@example.test")],
      groups: [],
    });
    expect(refused.map((row) => [row.kind, row.anchor, row.line, row.field])).toEqual([
      ["user", "1", 2, "userPrincipalName"],
    ]);
    expect([...(await port.lookup("user", ["1", "2"])).keys()]).toEqual(["2"]);
  });

  given("lets two people exchange their names in one batch", async (open) => {
    const port = await open("hr");
    await port.write({ users: [person("1", "a@example.test"), person("2", "b@example.test")], groups: [] });
    const swap = { users: [person("1", "b@example.test"), person("2", "a@example.test")], groups: [] };
    expect(await port.write(swap)).toEqual({ refused: [] });
    const found = await port.lookup("user", ["1", "2"]);
    expect(found.get("1")!.attributes.userPrincipalName).toBe("b@example.test");
    expect(found.get("2")!.attributes.userPrincipalName).toBe("a@example.test");
  });

  given("removes softly and only its own, and restores by writing", async (open) => {
    const port = await open("hr");
    const other = await open("other");
    await port.write({ users: [person("1", "a@example.test")], groups: [] });
    await other.write({ users: [person("1", "o@example.test")], groups: [] });
    expect(await port.remove("user", ["1", "nobody"])).toBe(1);
    expect(await port.remove("user", ["1"])).toBe(0);
    expect((await port.lookup("user", ["1"])).get("1")!.deleted).toBe(true);
    expect((await other.lookup("user", ["1"])).get("1")!.deleted).toBe(false);
    const { id } = (await port.lookup("user", ["1"])).get("1")!;
    await port.write({ users: [{ anchor: "1", locator: null, line: 2, attributes: {} }], groups: [] });
    expect((await port.lookup("user", ["1"])).get("1")).toMatchObject({ id, deleted: false });
  });

  given("lists its live objects page by page, each once", async (open) => {
    const port = await open("hr");
    const other = await open("other");
    const anchors = Array.from({ length: 25 }, (_unused, at) => `e${at * 7}`);
    await port.write({
      users: anchors.map((anchor) => person(anchor, `${anchor}@example.test`)),
      groups: [group("g", "Group")],
    });
    await other.write({ users: [person("zz", "zz@example.test")], groups: [] });
    await port.remove("user", ["e7"]);
    const seen: string[] = [];
    let after: string | null = null;
    for (let pages = 0; pages < 10; pages += 1) {
      const page: readonly { anchor: string }[] = await port.list("user", after, 10);
      seen.push(...page.map((row) => row.anchor));
      if (page.length < 10) break;
      after = page[page.length - 1]!.anchor;
    }
    expect(seen.toSorted()).toEqual(anchors.filter((anchor) => anchor !== "e7").toSorted());
    expect(await port.list("group", null, 10)).toEqual([{ anchor: "g", name: "Group" }]);
  });

  given("finds by every kind of reference and never guesses", async (open) => {
    const port = await open("hr");
    await port.write({
      users: [
        person("1", "A@example.test", { mail: "Ann@example.test" }, "cn=ann,dc=example"),
        person("2", "b@example.test", { mail: "shared@example.test" }),
        person("3", "c@example.test", { mail: "shared@example.test" }),
      ],
      groups: [group("sales", "Sales")],
    });
    const references = [
      by("anchor", "1"),
      by("locator", "cn=ann,dc=example"),
      by("userPrincipalName", "a@example.test"),
      by("mail", "ann@example.test"),
      by("any", "1"),
      by("any", "Ann@Example.test"),
      by("name", "sales"),
      by("mail", "shared@example.test"),
      by("any", "nobody"),
    ];
    const found = await port.find(references);
    expect(found.map((object) => object?.anchor ?? null)).toEqual(["1", "1", "1", "1", "1", "1", "sales", null, null]);
  });

  given("sets, keeps and clears managers, and says what names nobody", async (open) => {
    const port = await open("hr");
    await port.write({ users: [person("1", "a@example.test"), person("2", "b@example.test")], groups: [] });
    const links = (manager: Reference | null): LinkBatch => ({
      ...NO_LINKS,
      managers: [{ user: by("anchor", "1"), manager, line: 9 }],
    });
    const nothing = { managersChanged: 0, membersAdded: 0, membersRemoved: 0, unresolved: [] };
    const toB = links(by("userPrincipalName", "b@example.test"));
    expect(await port.writeLinks(toB, { dryRun: true })).toEqual({ ...nothing, managersChanged: 1 });
    expect(await port.writeLinks(toB, { dryRun: false })).toEqual({ ...nothing, managersChanged: 1 });
    expect(await port.writeLinks(toB, { dryRun: false })).toEqual(nothing);
    const unknown = by("any", "nobody");
    const unresolved = [{ line: 9, field: "manager" as const, reference: unknown }];
    expect(await port.writeLinks(links(unknown), { dryRun: false })).toEqual({ ...nothing, unresolved });
    expect(await port.writeLinks(links(null), { dryRun: false })).toEqual({ ...nothing, managersChanged: 1 });
  });

  given("brings members to the told state in each mode", async (open) => {
    const port = await open("hr");
    await port.write({
      users: ["1", "2", "3"].map((anchor) => person(anchor, `${anchor}@example.test`)),
      groups: [group("g", "Group"), group("h", "Other")],
    });
    const links = (mode: "replace" | "add" | "remove", ...anchors: string[]): LinkBatch => ({
      ...NO_LINKS,
      members: [{ group: by("anchor", "g"), members: anchors.map((anchor) => by("anchor", anchor)), mode, line: 3 }],
    });
    const run = async (batch: LinkBatch, dryRun = false) => {
      const { membersAdded, membersRemoved, unresolved } = await port.writeLinks(batch, { dryRun });
      return [membersAdded, membersRemoved, unresolved.length];
    };
    expect(await run(links("replace", "1", "2"))).toEqual([2, 0, 0]);
    expect(await run(links("replace", "2", "3", "nobody"), true)).toEqual([1, 1, 1]);
    expect(await run(links("replace", "2", "3", "nobody"))).toEqual([1, 1, 1]);
    expect(await run(links("add", "1", "2"))).toEqual([1, 0, 0]);
    expect(await run(links("remove", "1"))).toEqual([0, 1, 0]);
    const memberships = (mode: "replace" | "add", ...groups: string[]): LinkBatch => ({
      ...NO_LINKS,
      memberships: [{ user: by("anchor", "2"), groups: groups.map((name) => by("name", name)), mode, line: 4 }],
    });
    expect(await run(memberships("add", "other"))).toEqual([1, 0, 0]);
    expect(await run(memberships("replace", "other"))).toEqual([0, 1, 0]);
    expect(await run(memberships("replace", "other"))).toEqual([0, 0, 0]);
  });

  given("takes groups of other sources out of nobody's column", async (open) => {
    const port = await open("hr");
    const other = await open("other");
    await port.write({ users: [person("1", "a@example.test")], groups: [] });
    await other.write({ users: [], groups: [group("g", "Elsewhere")] });
    const member: LinkBatch = {
      ...NO_LINKS,
      members: [
        { group: by("anchor", "g"), members: [by("userPrincipalName", "a@example.test")], mode: "add", line: 1 },
      ],
    };
    expect((await other.writeLinks(member, { dryRun: false })).membersAdded).toBe(1);
    const leave: LinkBatch = {
      ...NO_LINKS,
      memberships: [{ user: by("anchor", "1"), groups: [], mode: "replace", line: 2 }],
    };
    expect((await port.writeLinks(leave, { dryRun: false })).membersRemoved).toBe(0);
  });
}
