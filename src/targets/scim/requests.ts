import type { ObjectType } from "#core";
import type { JsonObject } from "#scim";
import type { Answer, Exchange, FailureCode, RequestOptions, TargetFailure } from "../target.ts";
import { endpointOf, idSegment } from "./address.ts";
import { type Purpose, type Trouble, unusable } from "./answers.ts";
import type { Call, Reply } from "./call.ts";
import { hidingOf } from "./hiding.ts";
import { failureOf } from "./transport.ts";

export type Lost = { readonly ok: false; readonly failure: TargetFailure };

/** Makes and sends a target's requests, and says what is wrong with those that could not be sent or were answered with nonsense. */
export interface Requests {
  callOf(
    purpose: Purpose,
    method: Call["method"],
    path: string,
    body?: JsonObject | null,
    query?: readonly (readonly [string, string])[],
    /** Of the object that is written; `*` for whatever version there is. */
    version?: string,
  ): Call;
  send(call: Call, options: RequestOptions): Promise<Reply>;
  /** Path of one object; null for an id that no address can express, which never leaves this machine. */
  pathOf(type: ObjectType, id: string): string | null;
  /** The whole address of a user, as references name it. */
  addressOfUser(id: string): string;
  badId(type: ObjectType, id: string, method: Call["method"], options: RequestOptions): Lost;
  /** Nothing can be sent, and nothing was. */
  impossible(call: Call, code: FailureCode, message: string, options: RequestOptions): Lost;
  /** A good answer whose contents cannot be used after all. */
  unusable(call: Call, reply: Reply & { readonly ok: true }, why: string, options: RequestOptions): Lost;
  /** There was no need to send anything. */
  nothing(call: Call, options: RequestOptions): Answer<null>;
}

export interface RequestsOptions {
  readonly address: (path: string, query?: readonly (readonly [string, string])[]) => string;
  readonly send: (call: Call, options: RequestOptions) => Promise<Reply>;
  /** Stands for a request that was not sent. */
  readonly unsent: (call: Call, options: RequestOptions) => Exchange;
  /** All that must be masked at this moment. */
  readonly secrets: () => readonly string[];
}

export const openRequests = ({ address, send, unsent, secrets }: RequestsOptions): Requests => {
  const callOf: Requests["callOf"] = (purpose, method, path, body = null, query = [], version) => ({
    purpose,
    method,
    url: address(path, query),
    path,
    body,
    what: `${method} ${path}`,
    ...(version === undefined ? {} : { version }),
  });

  const lost = (trouble: Trouble, exchange: Exchange, { hidden }: RequestOptions): Lost => ({
    ok: false,
    failure: failureOf(trouble, exchange, secrets(), hidingOf(hidden)),
  });

  const impossible: Requests["impossible"] = (call, code, message, options) =>
    lost(
      { kind: "permanent", code, status: null, scimType: null, message, retryAt: null },
      unsent(call, options),
      options,
    );

  return {
    callOf,
    send,
    pathOf: (type, id) => {
      const segment = idSegment(id);
      return segment === null ? null : `${endpointOf(type)}/${segment}`;
    },
    // Switches in the base URL are for requests, and no part of who somebody is.
    addressOfUser: (id) => address(`${endpointOf("User")}/${idSegment(id) ?? ""}`).split("?", 1)[0] ?? "",
    badId: (type, id, method, options) =>
      impossible(
        callOf("get", method, endpointOf(type)),
        "InvalidAnchor",
        `The id ${JSON.stringify(id)} cannot be part of an address, so the object cannot be reached.`,
        options,
      ),
    impossible,
    unusable: (call, reply, why, options) => lost(unusable(call, reply.status, why), reply.exchange, options),
    nothing: (call, options) => ({ ok: true, value: null, exchange: unsent(call, options) }),
  };
};
