import { expect, test } from "vitest";
import { membersAtATime } from "#core";
import { type JsonObject, readPath } from "#scim";
import type { Answer, PageMark, RequestOptions, Target, TargetObject, TargetPage } from "#targets";

/** What not every target can do. */
export type Ability =
  /** Finds a user by a name in another letter case. */
  | "foldsCase"
  /** Keeps attributes of the enterprise extension, a manager among them. */
  | "enterprise"
  /** Gives up an attribute that is taken away. */
  | "clears"
  /** Keeps values that are picked by a filter (`emails[type eq "work"].value`) one by one. */
  | "valuePaths"
  /** Answers a search for two attributes of one object. */
  | "checks"
  /** Lets a member who is there already be added once more without having them twice. */
  | "repeats"
  /** Lets the name of a removed user be used again. */
  | "forgets";

/** Gives targets that are empty but for the account of the token's owner, if there is one. */
export type TargetFactory = () => Promise<{
  readonly target: Target;
  close(): Promise<void>;
  /** What this one cannot do: the suite then holds it to that too. */
  readonly lacks?: readonly Ability[];
}>;

const bulk: RequestOptions = { lane: "bulk" };

const worth = <Value>(answer: Answer<Value>): Value => {
  if (!answer.ok) throw new Error(`${answer.failure.kind} ${answer.failure.code}: ${answer.failure.message}`);
  return answer.value;
};

const kindOf = (answer: Answer<unknown>): string => (answer.ok ? "ok" : answer.failure.kind);

const person = (name: string) => ({
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
  userName: `${name}@example.test`,
  displayName: name,
  active: true,
  emails: [{ type: "work", value: `${name}@example.test`, primary: true }],
});

const team = (displayName: string) => ({
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"],
  displayName,
});

const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

const idsOf = (objects: readonly TargetObject[]): readonly string[] => objects.map(({ id }) => id);

const allOf = async (target: Target, type: "User" | "Group"): Promise<readonly TargetObject[]> => {
  const objects: TargetObject[] = [];
  for (let from: PageMark | null = 1; from !== null; ) {
    const page: TargetPage = worth(await target.list(type, from, bulk));
    objects.push(...page.objects);
    from = page.next;
  }
  return objects;
};

const allUsers = (target: Target) => allOf(target, "User");

/** What every Target must do for users, and for groups where its profile has them; call inside a describe block. */
export const targetSuite = (make: TargetFactory): void => {
  const given = (name: string, body: (target: Target) => Promise<void>, needs: readonly Ability[] = []) =>
    test(name, async () => {
      const { target, close, lacks = [] } = await make();
      try {
        // What is said to be lacking must be, or nobody would notice that it is there by now.
        if (needs.some((ability) => lacks.includes(ability))) await expect(body(target)).rejects.toThrow();
        else await body(target);
      } finally {
        await target.close();
        await close();
      }
    });

  /** The same for what only targets with groups have. */
  const givenGroups = (name: string, body: (target: Target) => Promise<void>, needs: readonly Ability[] = []) =>
    given(name, async (target) => (target.profile.supportsGroups ? body(target) : undefined), needs);

  const make3 = async (target: Target): Promise<readonly [string, string, string]> => {
    const ids: string[] = [];
    for (const name of ["ann", "bob", "cat"]) ids.push(worth(await target.create("User", person(name), bulk)).id);
    return [ids[0] ?? "", ids[1] ?? "", ids[2] ?? ""];
  };

  given("a probe passes and finds nothing to advise about the filter", async (target) => {
    const { advice } = worth(await target.probe({ ...bulk, matchingPath: "userName" }));
    expect(advice.filter((sentence) => sentence.includes("filter"))).toEqual([]);
  });

  given("what it says of itself is read, and does not contradict how it is spoken to", async (target) => {
    const { profile, advice } = worth(await target.discover(bulk));
    expect(profile.supportsGroups ?? target.profile.supportsGroups).toBe(target.profile.supportsGroups);
    expect(advice.every((sentence) => sentence.endsWith("."))).toBe(true);
  });

  given("a created user is read, found, listed, changed and removed", async (target) => {
    expect(worth(await target.find("User", "userName", "ann@example.test", bulk))).toEqual([]);
    const created = worth(await target.create("User", person("ann"), bulk));
    const read = worth(await target.get("User", created.id, bulk));
    expect(read.resource).toMatchObject({ userName: "ann@example.test", active: true });
    expect(idsOf(worth(await target.find("User", "userName", "ann@example.test", bulk)))).toEqual([created.id]);
    expect(idsOf(await allUsers(target))).toContain(created.id);

    const changes = [
      { path: "displayName", value: 'Ann "the" Ünïcode 東京' },
      { path: "active", value: false },
      { path: "name.formatted", value: "Ann Ünïcode" },
    ];
    worth(await target.update("User", created.id, changes, read, bulk));
    const after = worth(await target.get("User", created.id, bulk));
    expect(after.resource).toMatchObject({
      displayName: 'Ann "the" Ünïcode 東京',
      active: false,
      name: { formatted: "Ann Ünïcode" },
      userName: "ann@example.test",
    });

    worth(await target.remove("User", created.id, bulk));
    expect(kindOf(await target.get("User", created.id, bulk))).toBe("gone");
    expect(worth(await target.find("User", "userName", "ann@example.test", bulk))).toEqual([]);
  });

  given(
    "a user is found by a name in any letter case",
    async (target) => {
      const { id } = worth(await target.create("User", person("ann"), bulk));
      expect(idsOf(worth(await target.find("User", "userName", "ANN@example.test", bulk)))).toEqual([id]);
    },
    ["foldsCase"],
  );

  given("a disabled user stays readable and findable, and is enabled again", async (target) => {
    const created = worth(await target.create("User", person("ann"), bulk));
    worth(await target.update("User", created.id, [{ path: "active", value: false }], created, bulk));
    const [found] = worth(await target.find("User", "userName", "ann@example.test", bulk));
    expect(found).toMatchObject({ id: created.id, resource: { active: false } });
    worth(await target.update("User", created.id, [{ path: "active", value: true }], found ?? null, bulk));
    expect(worth(await target.get("User", created.id, bulk)).resource).toMatchObject({ active: true });
  });

  given(
    "a change to an object without known state arrives too, and the same once more does no harm",
    async (target) => {
      const { id } = worth(await target.create("User", person("bob"), bulk));
      for (let times = 0; times < 2; times += 1)
        worth(await target.update("User", id, [{ path: "displayName", value: "Robert" }], null, bulk));
      expect(worth(await target.get("User", id, bulk)).resource).toMatchObject({
        displayName: "Robert",
        userName: "bob@example.test",
      });
    },
  );

  given(
    "values that a filter picks are changed one by one, and made where they are lacking",
    async (target) => {
      const created = worth(await target.create("User", person("ann"), bulk));
      const mail = 'emails[type eq "work"].value';
      const phone = 'phoneNumbers[type eq "mobile"].value';
      const changes = [
        { path: mail, value: "ann.new@example.test" },
        { path: phone, value: "+44 7700 900123" },
        { path: "name.givenName", value: "Ann" },
      ];
      worth(await target.update("User", created.id, changes, created, bulk));
      const resource = worth(await target.get("User", created.id, bulk)).resource as JsonObject;
      expect([readPath(resource, mail), readPath(resource, phone), readPath(resource, "name.givenName")]).toEqual([
        "ann.new@example.test",
        "+44 7700 900123",
        "Ann",
      ]);
    },
    ["valuePaths"],
  );

  given(
    "an attribute that is taken away is gone",
    async (target) => {
      const created = worth(await target.create("User", { ...person("ann"), title: "Analyst" }, bulk));
      worth(await target.update("User", created.id, [{ path: "title", value: undefined }], created, bulk));
      const { resource } = worth(await target.get("User", created.id, bulk));
      expect(["", null, undefined]).toContain(readPath(resource as JsonObject, "title"));
      expect(created.resource).toMatchObject({ title: "Analyst" });
    },
    ["clears"],
  );

  given(
    "the enterprise extension is kept, a manager among it, who can be asked for and taken away",
    async (target) => {
      const [ann, bob] = await make3(target);
      const created = worth(await target.get("User", ann, bulk));
      const changes = [
        { path: `${enterprise}:department`, value: "Research" },
        { path: `${enterprise}:manager.value`, value: bob },
      ];
      worth(await target.update("User", ann, changes, created, bulk));
      const after = worth(await target.get("User", ann, bulk));
      const at = (path: string) => readPath(after.resource as JsonObject, `${enterprise}:${path}`);
      expect([at("department"), at("manager.value")]).toEqual(["Research", bob]);
      worth(await target.update("User", ann, [{ path: `${enterprise}:manager`, value: undefined }], after, bulk));
      const last = worth(await target.get("User", ann, bulk));
      expect(["", undefined]).toContain(readPath(last.resource as JsonObject, `${enterprise}:manager.value`));
    },
    ["enterprise"],
  );

  given("a second account of the same name is a duplicate, whatever its letter case", async (target) => {
    worth(await target.create("User", person("cat"), bulk));
    const again = await target.create("User", { ...person("cat"), userName: "CAT@example.test" }, bulk);
    expect(kindOf(again)).toBe("duplicate");
  });

  given("of two who make the same account at once, one does", async (target) => {
    const both = await Promise.all([1, 2].map(() => target.create("User", person("dora"), bulk)));
    expect(both.map(kindOf).sort()).toEqual(["duplicate", "ok"]);
    expect((await allUsers(target)).filter(({ resource }) => resource.userName === "dora@example.test")).toHaveLength(
      1,
    );
  });

  given("what is not there is gone for reading, changing and removing", async (target) => {
    const id = "5f0c1b2a-0000-4000-8000-000000000000";
    const current = { id, resource: { id, active: true } };
    const answers = [
      await target.get("User", id, bulk),
      await target.update("User", id, [{ path: "active", value: false }], current, bulk),
      await target.remove("User", id, bulk),
    ];
    expect(answers.map(kindOf)).toEqual(["gone", "gone", "gone"]);
  });

  given("what was removed is gone, and is removed but once", async (target) => {
    const { id } = worth(await target.create("User", person("eve"), bulk));
    worth(await target.remove("User", id, bulk));
    expect(kindOf(await target.remove("User", id, bulk))).toBe("gone");
    expect(idsOf(await allUsers(target))).not.toContain(id);
  });

  given(
    "the name of a removed user is free, and its new account is another one",
    async (target) => {
      const first = worth(await target.create("User", person("eve"), bulk));
      worth(await target.remove("User", first.id, bulk));
      expect(worth(await target.create("User", person("eve"), bulk)).id).not.toBe(first.id);
    },
    ["forgets"],
  );

  given("odd ids and values reach no other object", async (target) => {
    const { id } = worth(await target.create("User", person("dan"), bulk));
    for (const odd of ["..", ".", "", `../Users/${id}`, `${id}/`, `${id}?x=1`, `${id}#`, "\ud800", "%2e%2e"]) {
      expect(kindOf(await target.remove("User", odd, bulk))).not.toBe("ok");
    }
    for (const odd of ['" or userName pr or userName eq "', "\\", "a&filter=userName pr", "100%", "+", "\ud800"]) {
      const found = await target.find("User", "userName", odd, bulk);
      expect(found.ok ? found.value : []).toEqual([]);
    }
    expect(idsOf(await allUsers(target))).toContain(id);
  });

  given("a listing gives every user once, and as many as are counted", async (target) => {
    const already = idsOf(await allUsers(target));
    const made: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      made.push(worth(await target.create("User", person(`user${index}`), bulk)).id);
    }
    const listed = idsOf(await allUsers(target));
    expect([...listed].sort()).toEqual([...already, ...made].sort());
    expect(worth(await target.count("User", bulk))).toBe(listed.length);
  });

  givenGroups(
    "members who are added or removed twice are there once, or not",
    async (target) => {
      const [ann, bob] = await make3(target);
      const group = worth(await target.create("Group", team("Team"), bulk));
      for (let times = 0; times < 2; times += 1)
        worth(await target.changeMembers(group.id, { add: [ann, bob], remove: [] }, bulk));
      for (let times = 0; times < 2; times += 1)
        worth(await target.changeMembers(group.id, { add: [], remove: [ann] }, bulk));
      expect(worth(await target.members(group.id, bulk))).toEqual([bob]);
    },
    ["repeats"],
  );

  givenGroups("members come and go, and stay when the group is renamed", async (target) => {
    const [ann, bob, cat] = await make3(target);
    const group = worth(await target.create("Group", team("Team"), bulk));
    worth(await target.changeMembers(group.id, { add: [ann, bob], remove: [] }, bulk));
    const current = worth(await target.get("Group", group.id, bulk));
    worth(await target.update("Group", group.id, [{ path: "displayName", value: "Crew" }], current, bulk));
    worth(await target.changeMembers(group.id, { add: [cat], remove: [ann] }, bulk));
    expect([...worth(await target.members(group.id, bulk))].sort()).toEqual([bob, cat].sort());
    const [found] = worth(await target.find("Group", "displayName", "Crew", bulk));
    expect(found?.id).toBe(group.id);
    expect(found?.resource.members).toBeUndefined();
    expect(worth(await target.get("Group", group.id, bulk)).resource.members).toBeUndefined();
  });

  givenGroups("one of many members leaves, and all others stay", async (target) => {
    const ids: string[] = [];
    for (let at = 0; at < 12; at += 1) ids.push(worth(await target.create("User", person(`m${at}`), bulk)).id);
    const group = worth(await target.create("Group", team("Many"), bulk));
    const size = membersAtATime(target.profile, "add");
    for (let from = 0; from < ids.length; from += size)
      worth(await target.changeMembers(group.id, { add: ids.slice(from, from + size), remove: [] }, bulk));
    worth(await target.changeMembers(group.id, { add: [], remove: [ids[5] ?? ""] }, bulk));
    expect([...worth(await target.members(group.id, bulk))].sort()).toEqual(ids.toSpliced(5, 1).sort());
  });

  givenGroups(
    "whether somebody is a member is answered without reading the group",
    async (target) => {
      const [ann, bob] = await make3(target);
      const group = worth(await target.create("Group", team("Team"), bulk));
      worth(await target.changeMembers(group.id, { add: [ann], remove: [] }, bulk));
      expect([
        worth(await target.holds("Group", group.id, "members", ann, bulk)),
        worth(await target.holds("Group", group.id, "members", bob, bulk)),
      ]).toEqual([true, false]);
    },
    ["checks"],
  );

  givenGroups("a group that is not there is gone, and one that is removed too", async (target) => {
    const ann = worth(await target.create("User", person("ann"), bulk));
    const nobody = "5f0c1b2a-0000-4000-8000-000000000000";
    expect(kindOf(await target.changeMembers(nobody, { add: [ann.id], remove: [] }, bulk))).toBe("gone");
    const group = worth(await target.create("Group", team("Short-lived"), bulk));
    worth(await target.remove("Group", group.id, bulk));
    expect(kindOf(await target.get("Group", group.id, bulk))).toBe("gone");
    expect(idsOf(await allOf(target, "Group"))).not.toContain(group.id);
  });
};
