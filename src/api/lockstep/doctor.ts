import { Hono } from "hono";
import { z } from "zod";
import { type OwnJobSettings, saveJobSettings } from "#apps";
import type { ConnectionCredentials } from "#engine";
import type { Api, Call, Env, Routes } from "../api.ts";
import { namedApp, onlyJob } from "../apps-of-call.ts";
import { provisioningNote } from "../audit.ts";
import type { DoctorLine } from "../contract/index.ts";
import { mustFitSaved } from "../credentials.ts";
import { part } from "../graph/answers.ts";
import { readAs } from "../request-body.ts";
import { streamLines } from "../streams.ts";
import { credentialsGiven } from "./apps.ts";

const host = z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/i);

const connection = z.strictObject({
  baseAddress: z.string().trim().min(1).optional(),
  credentials: credentialsGiven.optional(),
});
const doctorBody = connection.extend({
  domain: host.optional(),
  members: z.number().int().min(1).max(500).optional(),
  measuresPace: z.boolean().optional(),
  cleanUp: z.boolean().default(false),
});
const profile = z.record(z.string(), z.unknown());
const profileBody = z.strictObject({
  found: z
    .strictObject({ baseUrl: z.string().min(1), at: z.string().min(1), profile })
    .nullable()
    .optional(),
  own: profile.optional(),
});

const givenBy = ({ baseAddress, credentials }: z.infer<typeof connection>): ConnectionCredentials => ({
  ...(baseAddress === undefined ? {} : { baseAddress }),
  ...(credentials === undefined ? {} : { credentials }),
});

/** Examines targets, and keeps how they are spoken to. */
export const doctorRoutes = (api: Api): Routes => {
  const { store, engine } = api;
  const routes = new Hono<Env>();
  const appOf = (call: Call) => namedApp(store.db, part(call, "app"));

  routes.post("/apps/:app/doctor", async (call) => {
    const { cleanUp, domain, members, measuresPace, ...body } = await readAs(call, doctorBody);
    const app = await appOf(call);
    const given = givenBy(body);
    await mustFitSaved(api, app, given);
    const note = (event: string) => provisioningNote("Other", "Other", app, { EventName: event });
    return streamLines(api, call, async ({ say, mention, gone }) => {
      if (cleanUp) {
        const leftovers = await engine.removeLeftovers(app.id, given, gone);
        await api.record(call, note("Remove what examinations of the target left"));
        return say({ leftovers } satisfies DoctorLine);
      }
      const report = await engine.examine(
        app.id,
        given,
        { domain, members, measuresPace },
        { signal: gone, onProgress: (progress) => mention({ progress } satisfies DoctorLine) },
      );
      await api.record(call, note("Examine the target"));
      say({ report } satisfies DoctorLine);
    });
  });

  routes.get("/apps/:app/profile", async (call) => call.json(await engine.profileOf((await appOf(call)).id)));

  routes.put("/apps/:app/profile", async (call) => {
    const { found, own } = await readAs(call, profileBody);
    const app = await appOf(call);
    const job = await onlyJob(store.db, app);
    const changes: Partial<OwnJobSettings> = {
      ...(found === undefined ? {} : { foundProfile: found }),
      ...(own === undefined ? {} : { profile: own }),
    };
    await api.change(
      call,
      (tx, now) => saveJobSettings(tx, job.id, changes, now),
      () =>
        provisioningNote("Update provisioning setting or credentials", "Update", app, {
          Changed: Object.keys(changes).join(", "),
        }),
    );
    return call.json(await engine.profileOf(app.id));
  });

  return routes;
};
