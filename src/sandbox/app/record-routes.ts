import { Hono } from "hono";
import { z } from "zod";
import { viewActivity } from "../access/activity-view.ts";
import { events } from "../events.ts";
import { listMail } from "../mail/outbox.ts";
import { readQuery, reply } from "../routing.ts";
import type { AppContext } from "./admission.ts";
import { activityShape } from "./shapes.ts";

const cursor = z
  .string()
  .regex(/^\d{1,15}$/, "is none that was given out")
  .optional();
const limit = z.coerce.number().int().min(1).max(200).default(50);
const moment = z.iso.datetime({ offset: true, error: "must be a time such as 2030-01-31T08:00:00Z" }).optional();
const activityQuery = z.object({
  from: moment,
  to: moment,
  user: z.string().max(254).optional(),
  event: z.enum(Object.values(events) as [string, ...string[]]).optional(),
  accountGroup: z.uuid().optional(),
  cursor,
  limit,
});
const mailQuery = z.object({ to: z.string().max(254).optional(), cursor, limit });

const dateOf = (text: string | undefined): Date | null => (text === undefined ? null : new Date(text));

/** What happened, and what was written to mailboxes. */
export const recordRoutes = (): Hono<AppContext> => {
  const routes = new Hono<AppContext>({ strict: false });

  routes.get("/activity", async (call) =>
    reply(call, readQuery(call, activityQuery), async (asked) => {
      const page = await viewActivity(call.var.tenant, call.var.caller, {
        from: dateOf(asked.from),
        to: dateOf(asked.to),
        user: asked.user ?? null,
        event: asked.event ?? null,
        accountGroupId: asked.accountGroup ?? null,
        cursor: asked.cursor ?? null,
        limit: asked.limit,
      });
      return reply(call, page, ({ rows, cursor: next }) =>
        call.json({ activity: rows.map(activityShape), cursor: next, events: Object.values(events) }),
      );
    }),
  );

  routes.get("/outbox", async (call) =>
    reply(call, readQuery(call, mailQuery), async (asked) => {
      const rows = await listMail(call.var.tenant, call.var.caller, {
        before: asked.cursor === undefined ? null : Number(asked.cursor),
        to: asked.to ?? null,
        limit: asked.limit + 1,
      });
      const page = rows.slice(0, asked.limit);
      const next = rows.length > asked.limit ? String(page.at(-1)?.seq) : null;
      return call.json({ mails: page.map(({ seq: _seq, ...mail }) => mail), cursor: next });
    }),
  );
  return routes;
};
