import { afterAll, beforeAll, expect, test } from "vitest";
import { type EngineRig, openEngineRig, type Scene, token } from "#test/engine-rig.ts";
import { startScimTestServer } from "#test/wire/scim-test-server.ts";

let rig: EngineRig;
beforeAll(async () => {
  rig = await openEngineRig();
});
afterAll(() => rig.close());

/** Provisions people. @returns minutes that it took on the engine's own clock */
const minutesFor = async (scene: Scene, names: readonly string[]): Promise<number> => {
  for (const name of names) await scene.assigned(name);
  const began = rig.clock.now().getTime();
  const { counts } = await scene.cycle();
  expect(counts).toMatchObject({ created: names.length, failed: 0 });
  return (rig.clock.now().getTime() - began) / 60_000;
};

test("jobs on one host share its pace, also what an administrator says of it for one of them; another host has its own", async () => {
  const one = await rig.openScene();
  const other = await rig.openScene();
  const elsewhere = await startScimTestServer({ token });
  const third = await rig.openScene({ baseUrl: elsewhere.baseUrl });
  try {
    await one.settings({ profile: { requestsPerMinute: 3 } });
    expect(await minutesFor(one, ["ada", "bob", "cem"])).toBeGreaterThan(1);
    expect(await minutesFor(other, ["dan", "eve", "fay"])).toBeGreaterThan(1);
    expect(await minutesFor(third, ["gil", "hal", "ida"])).toBeLessThan(0.5);

    await one.settings({ profile: { requestsPerMinute: 3000 } });
    expect(await minutesFor(one, ["jon", "kim", "leo"])).toBeLessThan(0.5);
    expect(await minutesFor(other, ["mia", "ned", "ola"])).toBeLessThan(0.5);
  } finally {
    await elsewhere.close();
  }
});
