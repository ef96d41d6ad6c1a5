import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import { type ScimError, statusError } from "#scim";
import { authenticate } from "../authentication.ts";
import { type Caller, may } from "../caller.ts";
import { problem } from "../problem.ts";
import type { SandboxContext } from "../request-context.ts";
import { holdsNul, nulRefused } from "../routing.ts";
import { findSession } from "../sign-in/sessions.ts";
import type { Service } from "../tenant.ts";

/** What the handlers behind the sign-in find in their context. */
export type AppContext = {
  Bindings: SandboxContext["Bindings"];
  Variables: SandboxContext["Variables"] & {
    /** The value of the session's cookie; null when an API token was presented instead. */
    session: string | null;
  };
};

export const addressOfCall = (call: Context): string | null => call.env.incoming.socket.remoteAddress ?? null;

/** Cookies do not know ports, so that each sandbox of a machine needs a name of its own. */
const cookieName = (service: Service): string => `lockstep_sandbox_${new URL(service.web).port || "80"}`;

const options = { httpOnly: true, sameSite: "Lax", path: "/" } as const;

/** Gives the browser a session, for connections by TLS only if that is how it came. */
export const giveSession = (service: Service, call: Context, value: string): void => {
  const secure = call.req.header("origin")?.startsWith("https:") ?? false;
  setCookie(call, cookieName(service), value, { ...options, secure });
};

export const takeSession = (service: Service, call: Context): void => {
  setCookie(call, cookieName(service), "", { ...options, maxAge: 0 });
};

const loopbackHost = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/** True when a request was addressed to this machine by one of its own names: a foreign page can bend a name of its own to lead here. */
const isOwnName = (call: Context): boolean => loopbackHost.test(call.req.header("host") ?? "");

const isSameOrigin = (call: Context): boolean => {
  const origin = call.req.header("origin") ?? "";
  return URL.canParse(origin) && new URL(origin).host === call.req.header("host");
};

/** How a refusal is put: as JSON for programs, as a page for people. */
export type Refuse = (call: Context, error: ScimError) => Response | Promise<Response>;

export const refuseAsJson: Refuse = (call, error) => problem(error, call.req.path);

/**
 * Refuses what may come from a page of another site: other host names, where the sandbox listens on this machine only, and writes that do not say
 * that they come from the sandbox's own page. Whoever presents a token is no such page.
 */
export const refuseForeign = (isLoopback: boolean, refuseAs: Refuse) =>
  createMiddleware(async (call, next) => {
    const refuse = (status: number, sentence: string) => refuseAs(call, statusError(status, sentence));
    if (holdsNul(call)) return refuseAs(call, nulRefused);
    if (isLoopback && !isOwnName(call))
      return refuse(421, "This sandbox answers to the host names of its machine only.");
    const reads = call.req.method === "GET" || call.req.method === "HEAD";
    if (reads || call.req.header("authorization") !== undefined || isSameOrigin(call)) return next();
    return refuse(
      403,
      "A change must come from the sandbox's own page: the header Origin names another one, or is missing.",
    );
  });

/** The caller by an API token if one is presented, else by the session. */
const admit = async (service: Service, call: Context): Promise<{ caller: Caller; session: string | null } | null> => {
  const header = call.req.header("authorization");
  const address = addressOfCall(call);
  if (header !== undefined) {
    const caller = await authenticate(service, header, { through: "API", address });
    return caller === null || !may(caller, "API access") ? null : { caller, session: null };
  }
  const session = getCookie(call, cookieName(service)) ?? "";
  const caller = await findSession(service.store.db, service.clock.now(), session, address);
  return caller === null ? null : { caller, session };
};

/** Lets those in who have signed in, or present an API token. */
export const requireSignIn = (service: Service, refuseAs: Refuse) =>
  createMiddleware<AppContext>(async (call, next) => {
    const admitted = await admit(service, call);
    const organization = admitted === null ? null : await service.findOrganization(admitted.caller.organizationId);
    if (admitted === null || organization === null) {
      return refuseAs(call, statusError(401, "Sign in first: your session is unknown or has ended."));
    }
    call.set("caller", admitted.caller);
    call.set("session", admitted.session);
    call.set("tenant", { ...service, organization });
    return next();
  });

/** Keeps to people what is no business of programs. */
export const requireSession = createMiddleware<AppContext>(async (call, next) => {
  if (call.var.session !== null) return next();
  return problem(statusError(403, "Sign in for this: an API token is not enough."), call.req.path);
});
