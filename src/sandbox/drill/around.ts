import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Clock, newId } from "#runtime";
import type { Fetch } from "../listen.ts";
import { readBytes } from "../request-body.ts";
import type { Drill, Fault } from "./drill.ts";

export interface AroundOptions {
  readonly drill: Drill;
  readonly clock: Clock;
  /** Aborts when the service closes: nobody waits for a slow answer then. */
  readonly closing: AbortSignal;
  /** True for paths that no fault meets, such as the page on which faults are switched off. */
  spares(path: string): boolean;
  /** A refusal in the form that the service gives to refusals at this path. */
  refuse(path: string, status: number, sentence: string): Response;
  /** Told of each request that meets a fault, before it is answered. */
  onMet(fault: Fault, request: Request, env: HttpBindings): Promise<void>;
}

const webPage = (status: number, title: string): Response =>
  new Response(`<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1></html>`, {
    status,
    headers: { "content-type": "text/html; charset=utf-8" },
  });

/** The same answer with another body. */
const withBody = (response: Response, body: string | null, headers: Record<string, string> = {}): Response => {
  const kept = new Headers(response.headers);
  kept.delete("content-length");
  for (const [name, value] of Object.entries(headers)) kept.set(name, value);
  return new Response(body === "" ? null : body, { status: response.status, headers: kept });
};

const retryAfter = (response: Response, { retryAfterSeconds }: Fault): Response => {
  if (retryAfterSeconds !== null) response.headers.set("retry-after", String(retryAfterSeconds));
  return response;
};

/** Ends the connection without another word. */
const drop = (env: HttpBindings): Response => {
  env.incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
};

const jsonOf = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
};

/** A created resource that does not say what it is called. */
const withoutId = async (response: Response): Promise<Response> => {
  if (response.status !== 201) return response;
  const { id: _id, meta: _meta, ...rest } = jsonOf(await response.text());
  const nameless = withBody(response, JSON.stringify(rest));
  nameless.headers.delete("location");
  return nameless;
};

/** Success for a write that was not carried out: the resource as it is, or one that was never made. */
const claimed = async (request: Request, env: HttpBindings, fetch: Fetch): Promise<Response> => {
  if (request.method === "DELETE") return new Response(null, { status: 204 });
  if (request.method !== "POST") {
    const authorization = request.headers.get("authorization");
    return fetch(new Request(request.url, { headers: authorization === null ? {} : { authorization } }), env);
  }
  const bytes = await readBytes(request);
  const resource = { ...jsonOf(new TextDecoder().decode(bytes ?? undefined)), id: newId() };
  return new Response(JSON.stringify(resource), {
    status: 201,
    headers: { "content-type": "application/scim+json" },
  });
};

/** Lets a service misbehave as its drill says. What meets no fault is passed on as it is. */
export const aroundFetch = (fetch: Fetch, options: AroundOptions): Fetch => {
  const { drill, clock, closing } = options;

  const answer = async (fault: Fault, request: Request, env: HttpBindings, path: string): Promise<Response> => {
    switch (fault.kind) {
      case "429":
        return retryAfter(options.refuse(path, 429, "Too many requests: a drill is on."), fault);
      case "503":
        return retryAfter(options.refuse(path, 503, "The service is unavailable: a drill is on."), fault);
      case "500":
        return options.refuse(path, 500, "The request failed: a drill is on.");
      case "dropBefore":
        return drop(env);
      case "html":
        return webPage(200, "Sign in to go on");
      case "nothingChanged":
        return claimed(request, env, fetch);
      case "slow":
        await clock.sleep(fault.delayMilliseconds ?? 0, closing);
        return fetch(request, env);
    }
    const done = await fetch(request, env);
    switch (fault.kind) {
      case "dropAfter":
        return drop(env);
      case "502After":
        return webPage(502, "Bad gateway");
      case "truncatedJson": {
        const text = await done.text();
        return withBody(done, text.slice(0, Math.floor(text.length / 2)));
      }
      case "wrongContentType":
        return withBody(done, await done.text(), { "content-type": "text/plain; charset=utf-8" });
      case "emptyBody":
        return withBody(done, null);
      case "noId":
        return withoutId(done);
    }
  };

  return async (request, env) => {
    const { pathname } = new URL(request.url);
    const fault = options.spares(pathname) ? null : drill.meet(request.method, pathname);
    if (fault === null) return fetch(request, env);
    await options.onMet(fault, request, env);
    return answer(fault, request, env, pathname);
  };
};
