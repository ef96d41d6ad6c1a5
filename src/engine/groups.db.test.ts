import { afterAll, beforeAll, expect, test } from "vitest";
import { type EngineRig, openEngineRig, type Scene } from "#test/engine-rig.ts";

let rig: EngineRig;
beforeAll(async () => {
  rig = await openEngineRig();
});
afterAll(() => rig.close());

const settleAll = async (scene: Scene): Promise<void> => {
  await scene.cycle();
  await scene.cycle();
};

/** The user names that a group of the target lists as members. */
const membersOf = (displayName: string): string[] => {
  const names = new Map(rig.server.users.all().map((user) => [user.id, String(user.userName).split("@")[0]]));
  const group = rig.server.groups.all().find((one) => String(one.displayName).startsWith(displayName));
  const members = (group?.members ?? []) as readonly { value: string }[];
  return members.map(({ value }) => names.get(value) ?? value).sort();
};

const namesOf = (start: string): string[] =>
  rig.server.groups
    .all()
    .map(({ displayName }) => String(displayName))
    .filter((name) => name.startsWith(start));

test("an assigned group arrives with its members, and one change of members costs one request", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const [ada, bob, cem] = [await scene.person("gada"), await scene.person("gbob"), await scene.person("gcem")];
  const team = await scene.group("Team One", [ada, bob]);
  await scene.assign(team, "Group");
  await settleAll(scene);
  expect(membersOf("Team One")).toEqual(["gada", "gbob"].map((name) => scene.upn(name).split("@")[0]));

  await scene.join(team, cem);
  await settleAll(scene);
  expect(membersOf("Team One")).toHaveLength(3);

  await scene.leave(team, bob);
  const asked = await scene.asked(() => settleAll(scene));
  expect(membersOf("Team One")).toEqual(["gada", "gcem"].map((name) => scene.upn(name).split("@")[0]));
  expect(asked.filter((line) => line.includes("/Groups/"))).toEqual([expect.stringMatching(/^PATCH /)]);
  expect((await scene.logs(team))[0]).toMatchObject({
    provisioningAction: "update",
    provisioningStatusInfo: { status: "success" },
    explanation: expect.stringContaining("0 members were added and 1 removed"),
  });
});

test("a member who leaves scope leaves the group, and one who comes back is a member again", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const [dan, eve] = [await scene.person("gdan"), await scene.person("geve")];
  const team = await scene.group("Team Two", [dan, eve]);
  await scene.assign(team, "Group");
  await settleAll(scene);
  await scene.change(dan, { accountEnabled: false });
  await settleAll(scene);
  expect(membersOf("Team Two")).toEqual([scene.upn("geve").split("@")[0]]);
  await scene.change(dan, { accountEnabled: true });
  await settleAll(scene);
  expect(membersOf("Team Two")).toHaveLength(2);
});

test("a renamed group keeps its account, and a purged one is deleted", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const team = await scene.group("Team Three", [await scene.person("gfay")]);
  await scene.assign(team, "Group");
  await settleAll(scene);
  await scene.changeGroup(team, { displayName: "Team Third" });
  await settleAll(scene);
  expect(namesOf("Team Thi")).toEqual(["Team Third"]);
  expect(namesOf("Team Three")).toEqual([]);
  await scene.deleteGroup(team);
  await settleAll(scene);
  await scene.purgeGroup(team);
  await settleAll(scene);
  expect(namesOf("Team Thi")).toEqual([]);
});
