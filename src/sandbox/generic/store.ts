import type { Clock } from "#runtime";
import type { Store } from "#store";
import type { ResourceStore } from "../provider/resource-store.ts";
import { changeResource, removeResource } from "./change.ts";
import { type Context, readResource, settle, type Tenant } from "./context.ts";
import { createResources } from "./create.ts";
import { databaseOf } from "./database.ts";
import { findResources } from "./find.ts";
import { typesOf } from "./schemas.ts";

/** The resources of one tenant. */
export const tenantStore = (store: Store, clock: Clock, baseUrl: string, tenant: Tenant): ResourceStore => {
  const context: Context = { store, clock, tenant, frame: { baseUrl, types: typesOf(tenant.mode) } };
  const db = databaseOf(store);
  return {
    create: (resources) => createResources(context, resources),
    read: (type, id, wanted) => readResource(context, db, { type, id }, wanted),
    change: (type, id, asked) => changeResource(context, { type, id }, asked),
    remove: (type, id, guard) => removeResource(context, { type, id }, guard),
    find: (search) => findResources({ db, tenant, settle: (rows) => settle(context, db, rows) }, search),
  };
};
