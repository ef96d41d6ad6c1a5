import type { IncomingMessage, ServerResponse } from "node:http";
import { errorBody, type JsonObject, type ScimError, scimMediaType, statusError } from "#scim";
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
    case "501":
      show(met, oops(Number(fault.kind), `The switch ${fault.kind} is on.`), asked);
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
      show(met, {
        ...done,
        body: Object.fromEntries(Object.entries(done.body ?? {}).filter(([name]) => name !== "id")),
      });
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
    default:
      return false;
  }
};
