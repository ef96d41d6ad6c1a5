import { createMiddleware } from "hono/factory";
import { isGuid } from "#runtime";
import { statusError } from "#scim";
import { listAccountGroups } from "../access/account-groups.ts";
import { type Caller, isIn } from "../caller.ts";
import { problem } from "../problem.ts";
import type { SandboxContext } from "../request-context.ts";
import { holdsNul, nulRefused } from "../routing.ts";

/** What the handlers of the REST API find in their context. */
export type V7Context = {
  Bindings: SandboxContext["Bindings"];
  Variables: SandboxContext["Variables"] & {
    /** The caller with all roles, whatever the account group of the request. */
    everywhere: Caller;
  };
};

/**
 * Lets a request work in the account group that its parameter `aid` names, with the permissions that the caller has there. Without it, the request
 * works in the caller's own account group, with all permissions.
 */
export const accountGroupContext = createMiddleware<V7Context>(async (call, next) => {
  const { caller, tenant } = call.var;
  call.set("everywhere", caller);
  if (holdsNul(call)) return problem(nulRefused, call.req.path);
  const aid = call.req.query("aid");
  if (aid !== undefined) {
    const groups = isGuid(aid) ? await listAccountGroups(tenant.store.db, caller.organizationId) : [];
    const accountGroup = groups.find(({ id }) => id === aid);
    if (accountGroup === undefined || !isIn(caller, accountGroup.id)) {
      const sentence = `You are not assigned to an account group with the id ${JSON.stringify(aid.slice(0, 80))}.`;
      return problem(statusError(403, sentence), call.req.path);
    }
    const roles = caller.roles.filter((role) => role.accountGroupId === null || role.accountGroupId === aid);
    call.set("caller", { ...caller, accountGroup, roles });
  }
  await next();
});

/** An answer of the REST API. */
export const hal = (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { ...headers, "content-type": "application/hal+json" } });
