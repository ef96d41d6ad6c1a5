import { Hono } from "hono";
import { z } from "zod";
import { viewActivity } from "../access/activity-view.ts";
import type { ActivityRow } from "../activity.ts";
import { readQuery, reply } from "../routing.ts";
import { hal, type V7Context } from "./context.ts";
import { hrefOf } from "./shapes.ts";

const pageLength = 100;

/** Milliseconds of the units of a window. */
const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

const moment = z.iso.datetime({ offset: true, error: "must be a time such as 2030-01-31T08:00:00Z" });
const query = z
  .object({
    window: z
      .string()
      .regex(/^\d{1,9}[smhdw]?$/, "must be a number with a unit: s, m, h, d or w")
      .optional(),
    startDate: moment.optional(),
    endDate: moment.optional(),
    cursor: z.string().optional(),
    useAllPermittedAids: z.enum(["true", "false"]).default("false"),
  })
  .refine(({ window, startDate, endDate }) => window === undefined || (startDate ?? endDate) === undefined, {
    path: ["window"],
    error: "cannot be given with startDate or endDate",
  });

const windowLength = (window: string): number =>
  Number.parseInt(window, 10) * units[(/[smhdw]$/.exec(window)?.[0] ?? "s") as keyof typeof units];

const span = ({ window, startDate, endDate }: z.infer<typeof query>, now: Date) => {
  if (window === undefined) {
    return {
      from: startDate === undefined ? null : new Date(startDate),
      to: endDate === undefined ? null : new Date(endDate),
    };
  }
  return { from: new Date(Math.max(0, now.getTime() - windowLength(window))), to: null };
};

const shape = (row: ActivityRow) => ({
  date: row.at.toISOString(),
  event: row.event,
  user: row.actorName === null ? row.actorEmail : `${row.actorName} (${row.actorEmail})`,
  ...(row.actorId === null ? {} : { uid: row.actorId }),
  ...(row.accountGroupId === null ? {} : { aid: row.accountGroupId, accountGroupName: row.accountGroupName }),
  ...(row.address === null ? {} : { ipAddress: row.address }),
  source: row.source,
  resources: row.resources,
});

/** `/audit-user-events` of the REST API. */
export const eventRoutes = (): Hono<V7Context> => {
  const routes = new Hono<V7Context>({ strict: false });
  routes.get("/audit-user-events", async (call) => {
    const { caller, everywhere, tenant } = call.var;
    return reply(call, readQuery(call, query), async (asked) => {
      const isEverywhere = asked.useAllPermittedAids === "true";
      const now = tenant.clock.now();
      const { from, to } = span(asked, now);
      const page = await viewActivity(tenant, isEverywhere ? everywhere : caller, {
        from,
        to,
        user: null,
        event: null,
        accountGroupId: isEverywhere ? null : (caller.accountGroup?.id ?? null),
        cursor: asked.cursor ?? null,
        limit: pageLength,
      });
      return reply(call, page, ({ rows, cursor }) => {
        const next = new URL(hrefOf(tenant, "audit-user-events"));
        for (const [name, value] of Object.entries(call.req.query())) next.searchParams.set(name, value);
        if (cursor !== null) next.searchParams.set("cursor", cursor);
        return hal({
          auditEvents: rows.map(shape),
          ...(from === null ? {} : { startDate: from.toISOString() }),
          ...(from === null && to === null ? {} : { endDate: (to ?? now).toISOString() }),
          ...(cursor === null ? {} : { _links: { next: { href: next.href } } }),
        });
      });
    });
  });
  return routes;
};
