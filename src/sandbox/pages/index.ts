import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { statusError } from "#scim";
import { type AppContext, refuseForeign, requireSignIn, takeSession } from "../app/admission.ts";
import { signOut } from "../sign-in/sign-in.ts";
import type { Service } from "../tenant.ts";
import { accountGroupPages } from "./account-groups.ts";
import { activityPages } from "./activity.ts";
import { assetRoutes } from "./assets.ts";
import { drillPages } from "./drill.ts";
import { told } from "./flash.ts";
import { refuseOutside, refusePage } from "./layout.ts";
import { mailPages } from "./mail.ts";
import { profilePages } from "./profile.ts";
import { rolePages } from "./roles.ts";
import { sectionsOf } from "./sections.ts";
import { settingsPages } from "./settings.ts";
import { signInPage, signInPages } from "./sign-in.ts";
import { userPages } from "./users.ts";

export { isPageAddress } from "./sections.ts";

const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** People sign in; a token is for programs. */
const requirePerson = createMiddleware<AppContext>(async (call, next) =>
  call.var.session === null
    ? refuseOutside(call, statusError(403, "Sign in to see the pages: a token is not enough."))
    : next(),
);

/** The pages for people. They look and ask for changes through the same functions as `/app`, whose rules they leave where they are. */
export const pageRoutes = (service: Service, isLoopback: boolean): Hono<AppContext> => {
  const pages = new Hono<AppContext>({ strict: false });
  pages.use("*", async (call, next) => {
    await next();
    call.header("Content-Security-Policy", policy);
    // A form says where it comes from only if its page does not keep that to itself.
    call.header("Referrer-Policy", "same-origin");
  });
  pages.use("*", refuseForeign(isLoopback, refuseOutside));
  pages.route("/", assetRoutes());
  pages.route("/", signInPages(service));
  pages.use(
    "*",
    requireSignIn(service, (call, error) => {
      if (call.req.method !== "GET") return refuseOutside(call, error);
      return signInPage(call, null, call.req.path === "/" ? 200 : 401);
    }),
  );
  pages.use("*", requirePerson);
  pages.get("/", (call) =>
    call.redirect(sectionsOf(call.var.caller).find(({ path }) => path === "/users")?.path ?? "/profile", 303),
  );
  pages.post("/sign-out", async (call) => {
    await signOut(service, call.var.caller, call.var.session ?? "");
    takeSession(service, call);
    return call.redirect(told("/", "signed-out"), 303);
  });
  for (const part of [
    profilePages(),
    userPages(),
    rolePages(),
    accountGroupPages(),
    settingsPages(),
    activityPages(),
    mailPages(),
    drillPages(),
  ]) {
    pages.route("/", part);
  }
  pages.notFound((call) => refusePage(call, statusError(404, "There is no page at this address.")));
  pages.onError((error, call) => {
    service.log.error({ err: error, path: call.req.path }, "a page of the sandbox failed");
    return refuseOutside(call, statusError(500, "The request failed in the sandbox. Its log says why."));
  });
  return pages;
};
