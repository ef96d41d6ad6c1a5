import { afterAll, beforeAll, expect, test } from "vitest";
import { type EngineRig, openEngineRig } from "#test/engine-rig.ts";

let rig: EngineRig;
beforeAll(async () => {
  rig = await openEngineRig();
});
afterAll(() => rig.close());

test("what mappings read of a person: the directory's attributes and what scoping adds, without asking the target", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada", { department: "Sales" });
  const asked = await scene.asked(async () => {
    const attributes = await rig.life.engine.sourceAttributes(scene.jobId, ada);
    expect(attributes).toMatchObject({
      department: "Sales",
      userPrincipalName: scene.upn("ada"),
      objectId: ada,
      IsSoftDeleted: false,
      appRoleAssignments: [{ displayName: "User" }],
      manager: null,
    });
  });
  expect(asked).toEqual([]);
});

test("nobody, and no id, are told for what they are", async () => {
  const scene = await rig.openScene();
  const { engine } = rig.life;
  const nobody = "0a1b2c3d-0000-4000-8000-000000000001";
  await expect(engine.sourceAttributes(scene.jobId, nobody)).rejects.toMatchObject({ code: "ObjectNotFound" });
  await expect(engine.sourceAttributes("no-job", nobody)).rejects.toMatchObject({ code: "JobNotFound" });
});
