import { expect, test } from "vitest";
import type { Answer, PageMark, RequestOptions, Target, TargetObject, TargetPage } from "#targets";

/** Gives targets that are empty but for the account of the token's owner, if there is one. */
export type TargetFactory = () => Promise<{ readonly target: Target; close(): Promise<void> }>;

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

const idsOf = (objects: readonly TargetObject[]): readonly string[] => objects.map(({ id }) => id);

const allUsers = async (target: Target): Promise<readonly TargetObject[]> => {
  const objects: TargetObject[] = [];
  for (let start: PageMark | null = 1; start !== null; ) {
    const page: TargetPage = worth(await target.list("User", start, bulk));
    objects.push(...page.objects);
    start = page.next;
  }
  return objects;
};

/** What every Target must do for users, and for groups where its profile has them; call inside a describe block. */
export const targetSuite = (make: TargetFactory): void => {
  const given = (name: string, body: (target: Target) => Promise<void>) =>
    test(name, async () => {
      const { target, close } = await make();
      try {
        await body(target);
      } finally {
        await target.close();
        await close();
      }
    });

  given("a probe passes and finds nothing to advise about the filter", async (target) => {
    const { advice } = worth(await target.probe({ ...bulk, matchingPath: "userName" }));
    expect(advice.filter((sentence) => sentence.includes("filter"))).toEqual([]);
  });

  given("a created user is read, found by any letter case, listed, changed and removed", async (target) => {
    expect(worth(await target.find("User", "userName", "ann@example.test", bulk))).toEqual([]);
    const created = worth(await target.create("User", person("ann"), bulk));
    const read = worth(await target.get("User", created.id, bulk));
    expect(read.resource).toMatchObject({ userName: "ann@example.test", active: true });
    expect(idsOf(worth(await target.find("User", "userName", "ANN@example.test", bulk)))).toEqual([created.id]);
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

  given("a change to an object without known state arrives too", async (target) => {
    const { id } = worth(await target.create("User", person("bob"), bulk));
    worth(await target.update("User", id, [{ path: "displayName", value: "Robert" }], null, bulk));
    expect(worth(await target.get("User", id, bulk)).resource).toMatchObject({ displayName: "Robert" });
  });

  given("a second account of the same name is a duplicate, whatever its letter case", async (target) => {
    worth(await target.create("User", person("cat"), bulk));
    const again = await target.create("User", { ...person("cat"), userName: "CAT@example.test" }, bulk);
    expect(kindOf(again)).toBe("duplicate");
  });

  given("what is not there is gone for reading, changing and removing", async (target) => {
    const id = "5f0c1b2a-0000-4000-8000-000000000000";
    expect(kindOf(await target.get("User", id, bulk))).toBe("gone");
    expect(
      kindOf(
        await target.update(
          "User",
          id,
          [{ path: "active", value: false }],
          { id, resource: { id, active: true } },
          bulk,
        ),
      ),
    ).toBe("gone");
    expect(kindOf(await target.remove("User", id, bulk))).toBe("gone");
  });

  given("odd ids and values reach no other object", async (target) => {
    const { id } = worth(await target.create("User", person("dan"), bulk));
    for (const odd of ["..", ".", "", `../Users/${id}`, `${id}/`, `${id}?x=1`, `${id}#`, "\ud800", "%2e%2e"]) {
      expect(kindOf(await target.remove("User", odd, bulk))).not.toBe("ok");
    }
    for (const odd of ['" or userName pr or userName eq "', "\\", "a&filter=userName pr", "100%", "+", "\ud800"]) {
      expect(worth(await target.find("User", "userName", odd, bulk))).toEqual([]);
    }
    expect(idsOf(await allUsers(target))).toContain(id);
  });

  given("a listing gives every user once", async (target) => {
    const already = idsOf(await allUsers(target));
    const made: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      made.push(worth(await target.create("User", person(`user${index}`), bulk)).id);
    }
    const listed = idsOf(await allUsers(target));
    expect([...listed].sort()).toEqual([...already, ...made].sort());
  });

  given("members come and go with one request each", async (target) => {
    if (!target.profile.supportsGroups) return;
    const ann = worth(await target.create("User", person("ann"), bulk));
    const bob = worth(await target.create("User", person("bob"), bulk));
    const group = worth(
      await target.create(
        "Group",
        { schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"], displayName: "Team" },
        bulk,
      ),
    );
    worth(await target.changeMembers(group.id, { add: [ann.id, bob.id], remove: [] }, bulk));
    worth(await target.update("Group", group.id, [{ path: "displayName", value: "Crew" }], group, bulk));
    worth(await target.changeMembers(group.id, { add: [], remove: [ann.id] }, bulk));
    const found = worth(await target.find("Group", "displayName", "crew", bulk));
    expect(idsOf(found)).toEqual([group.id]);
    expect(found[0]?.resource.members).toBeUndefined();
    expect(kindOf(await target.changeMembers("nobody", { add: [ann.id], remove: [] }, bulk))).toBe("gone");
  });
};
