import type { HttpBindings } from "@hono/node-server";
import type { Caller } from "./caller.ts";
import type { Tenant } from "./tenant.ts";

/** What every handler behind the check of the token, or of the session, finds in its context. */
export type SandboxContext = { Bindings: HttpBindings; Variables: { caller: Caller; tenant: Tenant } };
