import { Hono } from "hono";
import { z } from "zod";
import { viewActivity } from "../access/activity-view.ts";
import type { Caller } from "../caller.ts";
import { events } from "../events.ts";
import { listMail } from "../mail/outbox.ts";
import { readQuery, reply } from "../routing.ts";
import type { Tenant } from "../tenant.ts";
import type { AppContext } from "./admission.ts";
import { activityShape } from "./shapes.ts";

const cursor = z
  .string()
  .regex(/^\d{1,15}$/, "is none that was given out")
  .optional();
const limit = z.coerce.number().int().min(1).max(200).default(50);
const moment = z.iso.datetime({ offset: true, error: "must be a time such as 2030-01-31T08:00:00Z" }).optional();
export const activityQuery = z.object({
  from: moment,
  to: moment,
  user: z.string().max(254).optional(),
  event: z.enum(Object.values(events) as [string, ...string[]]).optional(),
  accountGroup: z.uuid().optional(),
  cursor,
  limit,
});
export const mailQuery = z.object({ to: z.string().max(254).optional(), cursor, limit });

const dateOf = (text: string | undefined): Date | null => (text === undefined ? null : new Date(text));

/** A page of the activity log. */
export const readActivity = (tenant: Tenant, caller: Caller, asked: z.infer<typeof activityQuery>) =>
  viewActivity(tenant, caller, {
    from: dateOf(asked.from),
    to: dateOf(asked.to),
    user: asked.user ?? null,
    event: asked.event ?? null,
    accountGroupId: asked.accountGroup ?? null,
    cursor: asked.cursor ?? null,
    limit: asked.limit,
  });

/** A page of the mails that the caller may read. */
export const readMail = async (tenant: Tenant, caller: Caller, asked: z.infer<typeof mailQuery>) => {
  const rows = await listMail(tenant, caller, {
    before: asked.cursor === undefined ? null : Number(asked.cursor),
    to: asked.to ?? null,
    limit: asked.limit + 1,
  });
  const page = rows.slice(0, asked.limit);
  const next = rows.length > asked.limit ? String(page.at(-1)?.seq) : null;
  return { mails: page.map(({ seq: _seq, ...mail }) => mail), cursor: next };
};

/** What happened, and what was written to mailboxes. */
export const recordRoutes = (): Hono<AppContext> => {
  const routes = new Hono<AppContext>({ strict: false });

  routes.get("/activity", async (call) =>
    reply(call, readQuery(call, activityQuery), async (asked) => {
      const page = await readActivity(call.var.tenant, call.var.caller, asked);
      return reply(call, page, ({ rows, cursor: next }) =>
        call.json({ activity: rows.map(activityShape), cursor: next, events: Object.values(events) }),
      );
    }),
  );

  routes.get("/outbox", async (call) =>
    reply(call, readQuery(call, mailQuery), async (asked) =>
      call.json(await readMail(call.var.tenant, call.var.caller, asked)),
    ),
  );
  return routes;
};
