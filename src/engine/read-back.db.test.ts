import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JobSettings } from "#apps";
import { type EngineRig, openEngineRig, type Scene } from "#test/engine-rig.ts";
import type { Fault } from "#test/wire/fault-switches.ts";

let rig: EngineRig;
beforeAll(async () => {
  rig = await openEngineRig();
});
afterAll(() => rig.close());

type Policy = JobSettings["readBack"];
const code = "TargetIgnoredChange";

const open = (readBack: Policy) => rig.openScene({ template: "scim", readBack });
const lie = (fault: Omit<Fault, "times">) => rig.server.faults.add({ ...fault, times: null });

/** Somebody with an account, made while the target was honest. */
const withAccount = async (readBack: Policy) => {
  const scene = await open(readBack);
  const ada = await scene.assigned("ada", { jobTitle: "Clerk" });
  await scene.cycle();
  return { scene, ada };
};

/** How often the target was heard to ignore something, and in what words. */
const told = async (scene: Scene, id: string) =>
  (await scene.logs(id)).flatMap(({ provisioningAction, provisioningStatusInfo: { status, errorInformation } }) =>
    errorInformation?.errorCode === code ? [[provisioningAction, status, errorInformation.reason] as const] : [],
  );

const ignoredNow = async (scene: Scene) => (await rig.life.engine.status(scene.jobId)).counts.ignored;

/** A pass over everything, as after a change of the schema. */
const everything = async (scene: Scene): Promise<void> =>
  scene.mapUsers((mapping) => ({
    ...mapping,
    scope: null,
    attributeMappings: mapping.attributeMappings.filter(({ targetAttributeName }) => targetAttributeName !== "locale"),
  }));

const writesOf = (asked: readonly string[]) => asked.filter((line) => !line.startsWith("GET"));

interface Row {
  readonly lie: Omit<Fault, "times">;
  readonly log: readonly [action: string, status: string];
  readonly says: RegExp;
  readonly act: (scene: Scene, ada: string) => Promise<void>;
}

const rows: Readonly<Record<string, Row>> = {
  "an update that shows what there was before": {
    lie: { kind: "ignoresWrite", method: "PATCH" },
    log: ["update", "failure"],
    says: /title was changed, but it was not: "Boss" was wanted, and the account has "Clerk"/,
    act: (scene, ada) => scene.change(ada, { jobTitle: "Boss" }),
  },
  "an update that shows what was sent": {
    lie: { kind: "claimsWrite", method: "PATCH" },
    log: ["update", "failure"],
    says: /"Boss" was wanted, and the account has "Clerk"/,
    act: (scene, ada) => scene.change(ada, { jobTitle: "Boss" }),
  },
  "one attribute of several": {
    lie: { kind: "claimsWrite", method: "PATCH", attributes: ["title"] },
    log: ["update", "warning"],
    says: /^[^.]*title was changed[^.]*\.$/,
    act: (scene, ada) => scene.change(ada, { jobTitle: "Boss", displayName: "Ada King" }),
  },
  "a value that was to go": {
    lie: { kind: "claimsWrite", method: "PATCH" },
    log: ["update", "failure"],
    says: /nothing was wanted, and the account has "Ada Example"/,
    act: (scene) =>
      scene.mapUsers((mapping) => ({
        ...mapping,
        attributeMappings: mapping.attributeMappings.map((one) =>
          one.targetAttributeName === "displayName" ? { ...one, ...nothingAtAll } : one,
        ),
      })),
  },
  "a disable": {
    lie: { kind: "claimsWrite", method: "PATCH" },
    log: ["disable", "failure"],
    says: /^The account was to be disabled and can still be used\./,
    act: (scene, ada) => scene.unassign(ada),
  },
  "a disable for good": {
    lie: { kind: "ignoresWrite", method: "PATCH" },
    log: ["disable", "failure"],
    says: /^The account was to be disabled and can still be used\./,
    act: (scene, ada) => scene.softDelete(ada),
  },
  "a delete": {
    lie: { kind: "ignoresWrite", method: "DELETE" },
    log: ["delete", "failure"],
    says: /answered that the account was deleted, but it is still there and can still be used\./,
    act: (scene, ada) => scene.purge(ada),
  },
};
const nothingAtAll = {};

describe.each(Object.entries(rows).filter(([what]) => what !== "a value that was to go"))("%s", (_what, row) => {
  test.each(["sampled", "always"] as const)("is told once, and not sent again (%s)", async (readBack) => {
    const { scene, ada } = await withAccount(readBack);
    lie(row.lie);
    await row.act(scene, ada);
    expect(writesOf(await scene.asked(() => scene.cycle()))).toHaveLength(1);
    const [first, ...more] = await told(scene, ada);
    expect([first?.slice(0, 2), more]).toEqual([row.log, []]);
    expect(first?.[2]).toMatch(row.says);
    for (let i = 0; i < 4; i++) expect(await scene.asked(() => scene.cycle())).toEqual([]);
    await everything(scene);
    expect(writesOf(await scene.asked(() => scene.cycle()))).toEqual([]);
    expect(await told(scene, ada)).toHaveLength(1);
    expect((await rig.life.engine.status(scene.jobId)).counts).toMatchObject({ ignored: 1, failed: 0, pending: 0 });
  });

  test("is believed where nothing is read back", async () => {
    const { scene, ada } = await withAccount("off");
    lie(row.lie);
    await row.act(scene, ada);
    const asked = await scene.asked(() => scene.cycle());
    expect(writesOf(asked)).toHaveLength(1);
    expect(asked.length).toBeLessThanOrEqual(2);
    expect(await told(scene, ada)).toEqual([]);
    expect(await ignoredNow(scene)).toBe(0);
  });

  test("is tried again on demand and after a restart, told each time, and forgotten once it is done", async () => {
    const { scene, ada } = await withAccount("sampled");
    lie(row.lie);
    await row.act(scene, ada);
    await scene.cycle();
    const [first] = await scene.logs(ada);
    rig.clock.advance(60_000);
    const dry = await rig.life.engine.provision(scene.jobId, ada, { dry: true });
    expect(dry.entry.explanation).toMatch(/ since 2026-03-/);
    const asked = await scene.asked(() => rig.life.engine.provision(scene.jobId, ada, { dry: false }));
    expect(writesOf(asked)).toHaveLength(1);
    expect(await told(scene, ada)).toHaveLength(2);
    expect(await scene.asked(() => scene.cycle())).toEqual([]);
    await restart(scene);
    expect(writesOf(await scene.asked(() => scene.cycle()))).toHaveLength(1);
    expect(await told(scene, ada)).toHaveLength(3);
    rig.server.faults.clear();
    const done = await rig.life.engine.provision(scene.jobId, ada, { dry: false });
    expect(done.entry.provisioningStatusInfo.status).toBe("success");
    expect(await ignoredNow(scene)).toBe(0);
    expect(first?.provisioningStatusInfo.errorInformation?.recommendedAction).toMatch(/on demand/);
  });
});

const restart = async (scene: Scene): Promise<void> =>
  rig.life.engine.restartJob(scene.jobId, {
    watermark: true,
    escrows: true,
    quarantineState: true,
    connectorDataStore: false,
    forceDeletes: false,
  });
