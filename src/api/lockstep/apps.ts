import { Hono } from "hono";
import { z } from "zod";
import {
  type App,
  type Assignment,
  assignmentsOf,
  createJob,
  jobSettings,
  jobsOf,
  listAssignments,
  listSecretsMasked,
  type OwnJobSettings,
  saveJobSettings,
} from "#apps";
import { readBackPolicies } from "#core";
import type { DirectoryGroup, DirectoryUser } from "#directory";
import type { ConnectionCredentials, TargetCredentials } from "#engine";
import type { Api, Call, Env, Routes } from "../api.ts";
import { ApiError, badRequest } from "../api-error.ts";
import { namedApp, onlyJob, templateOf } from "../apps-of-call.ts";
import { addAssignment, expandAssignment, removeAssignment } from "../assignment-changes.ts";
import { provisioningNote } from "../audit.ts";
import type { AssignmentAnswer } from "../contract/index.ts";
import {
  saveCredentials,
  savedValue,
  testCredentials,
  testFailed,
  withCredentials,
  withValue,
} from "../credentials.ts";
import { part } from "../graph/answers.ts";
import { namesOf } from "../graph/app-role-assignments.ts";
import { readAs } from "../request-body.ts";
import { pageOptions } from "./jobs.ts";
import { namedPrincipal } from "./principals.ts";

const given = z.string().trim().min(1).optional();
const text = z.string().trim().min(1);
export const credentialsGiven = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("bearer"), token: text }),
  z.strictObject({ kind: z.literal("basic"), userName: text, password: z.string().min(1) }),
  z.strictObject({
    kind: z.literal("clientCredentials"),
    tokenUrl: text,
    clientId: text,
    clientSecret: text,
    scope: text.nullable().default(null),
    sendAs: z.enum(["header", "body", "assertion"]).default("header"),
  }),
]);
const testBody = z.strictObject({ baseAddress: given, secretToken: given, credentials: credentialsGiven.optional() });
const credentialsBody = testBody.extend({ skipTest: z.boolean().default(false) });
const scopeBody = z.strictObject({ syncAll: z.boolean() });
const limits = z.strictObject({ enabled: z.boolean(), absolute: z.number(), percent: z.number(), floor: z.number() });
const settingsBody = z.strictObject({
  mode: z.enum(["automatic", "review"]).optional(),
  intervalSeconds: z.number().optional(),
  guard: limits.partial().optional(),
  membershipGuard: limits.partial().optional(),
  extraMembers: z.enum(["report", "remove"]).optional(),
  readBack: z.enum(readBackPolicies).optional(),
});
const assignmentBody = z.strictObject({
  principal: z.string().min(1),
  principalType: z.enum(["User", "Group"]).optional(),
  role: z.string().min(1).optional(),
  expandNested: z.boolean().default(false),
});
const expandBody = assignmentBody.extend({ expandNested: z.boolean() });

/** What is set up for an app. */
export const appRoutes = (api: Api): Routes => {
  const { store } = api;
  const routes = new Hono<Env>();
  const appOf = (call: Call) => namedApp(store.db, part(call, "app"));

  /** What was given, with the template's own address where an app has none yet. */
  const completed = async (app: App, body: z.infer<typeof testBody>): Promise<ConnectionCredentials> => {
    const { secretToken } = body;
    if (secretToken !== undefined && body.credentials !== undefined) {
      throw badRequest("Give secretToken or credentials, not both; secretToken is short for a bearer token.");
    }
    const given: TargetCredentials | undefined =
      secretToken === undefined ? body.credentials : { kind: "bearer", token: secretToken };
    const template = templateOf(app);
    const saved = savedValue(await listSecretsMasked(store.db, app.id), "BaseAddress");
    const usual = saved === undefined && template?.baseUrlComplete === true ? template.baseUrl : undefined;
    const baseAddress = body.baseAddress ?? usual;
    if (baseAddress === undefined && saved === undefined) {
      throw badRequest(
        `${app.displayName} has no tenant URL yet. Give the address of its SCIM endpoint as baseAddress.`,
      );
    }
    return {
      ...(baseAddress === undefined ? {} : { baseAddress }),
      ...(given === undefined ? {} : { credentials: given }),
    };
  };

  routes.post("/apps/:app/test-connection", async (call) => {
    const body = await readAs(call, testBody);
    const app = await appOf(call);
    return call.json(await testCredentials(api, app, await completed(app, body)));
  });

  routes.post("/apps/:app/credentials", async (call) => {
    const { skipTest, ...body } = await readAs(call, credentialsBody);
    const app = await appOf(call);
    const given = await completed(app, body);
    const test = skipTest ? null : await testCredentials(api, app, given);
    if (test !== null && !test.ok) throw testFailed(test, "CredentialsTestFailed");
    await saveCredentials(api, call, app, async (q) => {
      const { baseAddress, credentials } = given;
      const saved = await listSecretsMasked(q, app.id);
      const moved = baseAddress === undefined ? saved : withValue(saved, "BaseAddress", baseAddress);
      return credentials === undefined ? moved : withCredentials(moved, credentials);
    });
    await ensureJob(call, app);
    return call.json({ saved: true, test });
  });

  /** Whoever connects an app wants to provision into it: its job is there from then on, not started. */
  const ensureJob = async (call: Call, app: App) => {
    if ((await jobsOf(store.db, app.id)).length > 0) return;
    await api.change(
      call,
      (tx, now) => createJob(tx, app.id, now),
      () => provisioningNote("Add provisioning configuration", "Add", app),
    );
  };

  routes.put("/apps/:app/scope", async (call) => {
    const { syncAll } = await readAs(call, scopeBody);
    const app = await appOf(call);
    await saveCredentials(api, call, app, async (q) =>
      withValue(await listSecretsMasked(q, app.id), "SyncAll", String(syncAll)),
    );
    return call.json({ syncAll });
  });

  routes.get("/apps/:app/settings", async (call) =>
    call.json(await jobSettings(store.db, (await onlyJob(store.db, await appOf(call))).id)),
  );

  routes.put("/apps/:app/settings", async (call) => {
    const body = await readAs(call, settingsBody);
    const app = await appOf(call);
    const job = await onlyJob(store.db, app);
    const saved = await api.change(
      call,
      async (tx, now) => {
        const before = await jobSettings(tx, job.id);
        return saveJobSettings(tx, job.id, changesOf(body, before), now);
      },
      () =>
        provisioningNote("Update provisioning setting or credentials", "Update", app, {
          Changed: Object.keys(body).join(", "),
        }),
    );
    return call.json(saved);
  });

  routes.get("/apps/:app/assignments", async (call) => {
    const app = await appOf(call);
    const page = await listAssignments(store.db, { appId: app.id }, pageOptions(call));
    const names = await namesOf(store.db, page.items);
    const value = page.items.map((each) => assignmentAnswer(each, names.get(each.principalId)));
    return call.json({ value, next: page.next });
  });

  routes.post("/apps/:app/assignments", async (call) => {
    const body = await readAs(call, assignmentBody);
    const app = await appOf(call);
    const principal = await namedPrincipal(store.db, body.principal, body.principalType);
    if (principal.deletedAt !== null) {
      throw new ApiError(
        409,
        "PrincipalDeleted",
        `${nameOf(principal)} is deleted. Restore the ${principal.kind} first.`,
      );
    }
    const role = body.role ?? usualRole(app);
    const added = await addAssignment(api, call, app, principal, role, body.expandNested);
    return call.json(assignmentAnswer(added, nameOf(principal)), 201);
  });

  routes.patch("/apps/:app/assignments", async (call) => {
    const { principal: named, principalType, role, expandNested } = await readAs(call, expandBody);
    const app = await appOf(call);
    const principal = await namedPrincipal(store.db, named, principalType);
    const all = await assignmentsOf(store.db, app.id, [principal.id]);
    const fitting = all.filter((each) => role === undefined || isRole(each, role));
    const value: AssignmentAnswer[] = [];
    for (const { id } of fitting) {
      const changed = await expandAssignment(api, call, app, principal, id, expandNested);
      value.push(assignmentAnswer(changed, nameOf(principal)));
    }
    return call.json({ value });
  });

  routes.delete("/apps/:app/assignments", async (call) => {
    const body = await readAs(call, assignmentBody);
    const app = await appOf(call);
    const principal = await namedPrincipal(store.db, body.principal, body.principalType);
    const all = await assignmentsOf(store.db, app.id, [principal.id]);
    const fitting = all.filter((each) => body.role === undefined || isRole(each, body.role));
    for (const { id } of fitting) await removeAssignment(api, call, app, principal, id);
    return call.json({ removed: fitting.length });
  });

  return routes;
};

/** `User` where the app has it, else its first role. */
const usualRole = (app: App): string => {
  const enabled = app.roles.filter((role) => role.isEnabled);
  const user = enabled.find((role) => role.displayName === "User") ?? enabled[0];
  return user?.id ?? "Default Access";
};

const isRole = (assignment: Assignment, role: string): boolean => {
  const wanted = role.trim().toLowerCase();
  return [assignment.roleId, assignment.roleName, assignment.roleValue].some((each) => each?.toLowerCase() === wanted);
};

const nameOf = (object: DirectoryUser | DirectoryGroup): string => String(object.attributes.displayName ?? object.id);

const assignmentAnswer = (assignment: Assignment, name: string | undefined): AssignmentAnswer => ({
  id: assignment.id,
  principalId: assignment.principalId,
  principalType: assignment.principalType,
  ...(name === undefined ? {} : { principalDisplayName: name }),
  roleName: assignment.roleName,
  provisionable: assignment.provisionable,
  expandNested: assignment.expandNested,
});

/** Limits may be given in part; the other numbers stay. */
const changesOf = (body: z.infer<typeof settingsBody>, before: OwnJobSettings): Partial<OwnJobSettings> => {
  const { guard, membershipGuard, ...others } = body;
  const defined = <Value extends object>(value: Value) =>
    Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
  return {
    ...defined(others),
    ...(guard === undefined ? {} : { guard: { ...before.guard, ...defined(guard) } }),
    ...(membershipGuard === undefined
      ? {}
      : { membershipGuard: { ...before.membershipGuard, ...defined(membershipGuard) } }),
  };
};
