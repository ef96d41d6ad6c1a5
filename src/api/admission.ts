import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import { createMiddleware } from "hono/factory";
import { graphTexts } from "#graph";
import { newId } from "#runtime";
import type { Env } from "./api.ts";
import { ApiError } from "./api-error.ts";
import { isGraph } from "./error-answers.ts";

const printable = /^[\x21-\x7e]{1,128}$/;

/** Gives every request its ids, and every answer the headers that all have in common. */
export const identify = createMiddleware<Env>(async (call, next) => {
  const requestId = newId();
  const given = call.req.header("client-request-id")?.trim() ?? "";
  const clientRequestId = printable.test(given) ? given : requestId;
  call.set("requestId", requestId);
  call.set("clientRequestId", clientRequestId);
  await next();
  call.header("request-id", requestId);
  call.header("client-request-id", clientRequestId);
  call.header("Cache-Control", "no-store");
  call.header("X-Content-Type-Options", "nosniff");
  if (isGraph(call.req.path)) call.header("OData-Version", "4.0");
});

const everywhere = new Set(["0.0.0.0", "::", ""]);

/**
 * Refuses requests that were addressed to another name: a page in a browser could have that name lead here. Bound to every
 * address, the server answers to addresses as well, since names are what such a page can bend.
 */
export const checkHost = (bound: string) => {
  const names = new Set(["localhost", "127.0.0.1", "::1", bound.toLowerCase()]);
  return createMiddleware<Env>(async (call, next) => {
    const header = call.req.header("host") ?? new URL(call.req.url).host;
    const host = hostOf(header);
    if (host === null || !(names.has(host) || (everywhere.has(bound) && isIP(host) !== 0))) {
      const sentence = `This server does not answer to the name ${header.slice(0, 100)}. Use localhost or the address that it is bound to.`;
      throw new ApiError(403, "HostNotAllowed", sentence);
    }
    await next();
  });
};

const hostOf = (header: string): string | null => {
  const url = `http://${header}`;
  if (!URL.canParse(url)) return null;
  return new URL(url).hostname.replace(/^\[|\]$/g, "").toLowerCase();
};

/** No text in the database can hold U+0000, so nothing has such a name. */
export const refuseNul = createMiddleware<Env>(async (call, next) => {
  if (call.req.url.includes("%00")) {
    throw new ApiError(400, "BadRequest", "The address of the request holds the character U+0000.");
  }
  await next();
});

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Lets those in who send the token. */
export const requireToken = (token: string) => {
  const wanted = digest(token);
  return createMiddleware<Env>(async (call, next) => {
    const given = /^Bearer +(\S+) *$/i.exec(call.req.header("authorization") ?? "")?.[1];
    if (given === undefined || token === "" || !timingSafeEqual(digest(given), wanted)) {
      const text = given === undefined ? graphTexts.noToken : graphTexts.badToken;
      call.header("WWW-Authenticate", given === undefined ? "Bearer" : 'Bearer error="invalid_token"');
      throw new ApiError(401, "InvalidAuthenticationToken", text);
    }
    await next();
  });
};
