import type { IncomingMessage, ServerResponse } from "node:http";
import {
  errorBody,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  listResponse,
  type ScimError,
  scimMediaType,
  statusError,
} from "#scim";
import type { Fault } from "./fault-switches.ts";

/** What the service says when nothing is wrong with it. */
export interface Reply {
  readonly status: number;
  readonly body: JsonObject | null;
}

/** A request under way, and the fault that it meets. */
export interface Met {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly fault: Fault | undefined;
}

/** The reply that carries a refusal. */
export const errorReply = (error: ScimError): Reply => ({ status: error.status, body: errorBody(error) });
/** A refusal that only has a status. */
export const oops = (status: number, detail: string): Reply => errorReply(statusError(status, detail));

export const answerHeaders = (text: string, type = scimMediaType): Record<string, string> => ({
  "content-type": type,
  "content-length": String(Buffer.byteLength(text)),
});

export const show = (
  { response }: Met,
  { status, body }: Reply,
  more: Record<string, string> = {},
  type?: string,
): void => {
  if (body === null) return void response.writeHead(status, more).end();
  const text = JSON.stringify(body);
  response.writeHead(status, { ...answerHeaders(text, type), ...more }).end(text);
};

/** Sends the head and half of the body, then ends the connection. */
const truncate = ({ response }: Met, { status, body }: Reply): void => {
  const text = JSON.stringify(body ?? {});
  response.writeHead(status, answerHeaders(text));
  response.write(text.slice(0, Math.floor(text.length / 2)), () => response.destroy());
};

/** Faults that need no carrying out: the request is refused or answered with nonsense. True when answered. */
export const meetBefore = (met: Met): boolean => {
  const { fault, request, response } = met;
  if (fault === undefined) return false;
  const asked: Record<string, string> = fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter };
  switch (fault.kind) {
    case "429":
    case "503":
    case "500":
    case "401":
    case "403":
    case "404":
    case "402":
    case "405":
    case "409":
    case "412":
    case "413":
    case "422":
    case "501":
      show(met, oops(Number(fault.kind), `The switch ${fault.kind} is on.`), asked);
      return true;
    case "415": {
      if (/^application\/json/.test(request.headers["content-type"] ?? "")) return false;
      show(met, oops(415, "Only application/json is taken."));
      return true;
    }
    case "428": {
      if (request.headers["if-match"] !== undefined) return false;
      show(met, oops(428, "Say which version is meant."));
      return true;
    }
    case "errorIn200":
      show(met, { status: 200, body: errorBody(statusError(403, "The switch errorIn200 is on.")) });
      return true;
    case "500BeforeCommit":
      show(met, oops(500, "Nothing was done."));
      return true;
    case "dropBeforeCommit":
      request.socket.destroy();
      return true;
    case "html":
      response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Sign in</title>");
      return true;
    case "wrongJson":
      show(met, { status: 200, body: { result: "fine" } });
      return true;
    case "malformedJson":
      response.writeHead(200, answerHeaders('{"schemas":[')).end('{"schemas":[');
      return true;
    case "redirect":
      response.writeHead(302, { location: fault.location ?? "https://elsewhere.example/Users" }).end();
      return true;
    case "tooLarge": {
      const text = " ".repeat(17 * 1024 * 1024);
      response.writeHead(200, answerHeaders(text)).end(text);
      return true;
    }
    default:
      return false;
  }
};

const without = (body: JsonObject | null, name: string): JsonObject =>
  Object.fromEntries(Object.entries(body ?? {}).filter(([each]) => each !== name));

/** The only resource of a list by itself; what is not exactly one stays a list. */
const firstOf = (body: JsonObject | null): JsonValue => {
  const resources = body?.Resources;
  return isJsonArray(resources) && resources.length === 1 ? (resources[0] ?? {}) : (resources ?? []);
};

/** A group, or the groups of a list, each with a thousand members that nobody asked for. */
const withMembers = (body: JsonObject): JsonObject => {
  const resources = body.Resources;
  if (isJsonArray(resources))
    return { ...body, Resources: resources.map((one) => (isJsonObject(one) ? withMembers(one) : one)) };
  return { ...body, members: Array.from({ length: 1000 }, (_, at) => ({ value: `stranger-${at}` })) };
};

/** Every name but those of schemas in upper case. */
const inUpperCase = (value: JsonValue): JsonObject =>
  mapped(value, (name) => (name.startsWith("urn:") ? name : name.toUpperCase())) as JsonObject;

const mapped = (value: JsonValue, rename: (name: string) => string): JsonValue => {
  if (isJsonArray(value)) return value.map((item) => mapped(item, rename));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [rename(name), mapped(inner, rename)]));
};

/** Numbers and Booleans as the texts that some programs write. */
const withTexts = (value: JsonObject): JsonObject => {
  const text = (inner: JsonValue): JsonValue => {
    if (typeof inner === "number") return String(inner);
    if (typeof inner === "boolean") return inner ? "True" : "False";
    if (isJsonArray(inner)) return inner.map(text);
    return isJsonObject(inner) ? withTexts(inner) : inner;
  };
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, text(inner)]));
};

/** Faults in how a request that was carried out is answered. True when answered, if only by silence. */
export const meetAfter = (met: Met, done: Reply, hold: () => void): boolean => {
  switch (met.fault?.kind) {
    case "502AfterCommit":
      show(met, { status: 502, body: null });
      return true;
    case "dropAfterCommit":
      met.request.socket.destroy();
      return true;
    case "truncate201":
    case "truncateJson":
      truncate(met, done);
      return true;
    case "noId":
      show(met, { ...done, body: without(done.body, "id") });
      return true;
    case "hangAfterCommit":
      hold();
      return true;
    case "slowBody":
      met.response.writeHead(done.status, answerHeaders(JSON.stringify(done.body)));
      met.response.write("{");
      hold();
      return true;
    case "204":
      show(met, { status: 204, body: null });
      return true;
    case "plainJson":
      show(met, done, {}, "application/json");
      return true;
    case "wrongType":
      show(met, done, {}, "text/html; charset=utf-8");
      return true;
    case "noBody":
      show(met, { status: 201, body: null });
      return true;
    case "onlyLocation":
      show(met, { status: 201, body: null }, { location: `/scim/v2/Users/${String(done.body?.id)}` });
      return true;
    case "locationUndefined":
      show(met, { status: 201, body: without(done.body, "id") }, { location: "/Users/undefined" });
      return true;
    case "idUndefined":
      show(met, { ...done, body: { ...done.body, id: "undefined" } });
      return true;
    case "204Create":
      show(met, { status: 204, body: null });
      return true;
    case "emptyList":
      show(met, { ...done, body: listResponse({ resources: [], totalResults: 0, startIndex: 1 }) });
      return true;
    case "objectList":
      show(met, { ...done, body: { ...done.body, Resources: firstOf(done.body) } });
      return true;
    case "listForOne":
      show(met, { ...done, body: listResponse({ resources: [done.body ?? {}], totalResults: 1, startIndex: 1 }) });
      return true;
    case "listOfTwo": {
      const resources = [done.body ?? {}, { ...done.body, id: "another" }];
      show(met, { ...done, body: listResponse({ resources, totalResults: 2, startIndex: 1 }) });
      return true;
    }
    case "membersAnyway":
      show(met, { ...done, body: withMembers(done.body ?? {}) });
      return true;
    case "upperCase":
      show(met, { ...done, body: inUpperCase(done.body ?? {}) });
      return true;
    case "numbersAsTexts":
      show(met, { ...done, body: withTexts(done.body ?? {}) });
      return true;
    default:
      return false;
  }
};
