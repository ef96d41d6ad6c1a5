import { Hono } from "hono";
import { summaryResource } from "#graph";
import { getProvisioning, type ListPage, listAudit, listProvisioning, type ProvisioningEntry } from "#journal";
import { isGuid } from "#runtime";
import type { Api, Call, Env, Routes } from "../api.ts";
import { auditFilterOf, provisioningFilterOf } from "../log-filter.ts";
import { answer, answerList, isBeta, missing, onlyOrder, type Page, part, queryOf } from "./answers.ts";

const rules = (type: string) => ({ type, properties: null, most: 1000, usual: 100 });
const order = ["activitydatetime desc"];

const paged = <Entry>(page: ListPage<Entry>): Page<Entry> => ({ items: page.items, next: page.older });

/** The provisioning log and the audit log, newest first. */
export const auditLogRoutes = (api: Api): Routes => {
  const { store } = api;
  const routes = new Hono<Env>();

  const wireOf = (call: Call, entry: ProvisioningEntry) => {
    const resource = summaryResource(entry);
    if (!isBeta(call)) return resource;
    return { ...resource, action: entry.provisioningAction, statusInfo: entry.provisioningStatusInfo };
  };

  routes.get("/auditLogs/provisioning", (call) => {
    const query = queryOf(call, rules("microsoft.graph.provisioningObjectSummary"));
    onlyOrder(query, order);
    const filter = provisioningFilterOf(query.filter);
    return answerList(call, query, {
      context: "auditLogs/provisioning",
      divisible: false,
      read: async (after, limit) =>
        paged(await listProvisioning(store.db, filter, { limit, ...(after === null ? {} : { before: after }) })),
      wire: (entries) => entries.map((entry) => wireOf(call, entry)),
    });
  });

  routes.get("/auditLogs/provisioning/:id", async (call) => {
    const id = part(call, "id");
    const entry = isGuid(id) ? await getProvisioning(store.db, id) : null;
    if (entry === null) throw missing(id);
    return answer(call, "auditLogs/provisioning/$entity", wireOf(call, entry));
  });

  routes.get("/auditLogs/directoryAudits", (call) => {
    const query = queryOf(call, rules("microsoft.graph.directoryAudit"));
    onlyOrder(query, order);
    const filter = auditFilterOf(query.filter);
    return answerList(call, query, {
      context: "auditLogs/directoryAudits",
      divisible: false,
      read: async (after, limit) =>
        paged(await listAudit(store.db, filter, { limit, ...(after === null ? {} : { before: after }) })),
      wire: (entries) => entries.map((entry) => ({ ...entry })),
    });
  });

  return routes;
};
