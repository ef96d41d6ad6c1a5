import type { TargetProfile } from "#core";
import type { HttpOutcome, HttpRequest } from "#http";
import type { JsonObject } from "#scim";
import type { Exchange, RequestOptions, TargetFailure } from "../target.ts";
import type { Question, Trouble } from "./answers.ts";

/** One request as it is meant, however it travels. */
export interface Call extends Question {
  readonly method: HttpRequest["method"];
  readonly url: string;
  /** Below the base URL, without a query. */
  readonly path: string;
  readonly body: JsonObject | null;
  /** The version that a write means, `*` for any: sent where the target wants to know. */
  readonly version?: string;
}

export type Reply =
  | {
      readonly ok: true;
      readonly status: number;
      readonly body: JsonObject | null;
      readonly location: string | null;
      readonly exchange: Exchange;
      /** True where it was told in the answer to a bulk request, by the number that the request gave it. */
      readonly numbered?: true;
    }
  | { readonly ok: false; readonly failure: TargetFailure };

/** A call, and what nobody may read of it. */
export interface Passenger {
  readonly call: Call;
  readonly hidden: RequestOptions["hidden"];
}

/** How a request was put: the header that it carried, and by which profile. */
export interface Put {
  readonly header: string;
  readonly profile: TargetProfile;
}

/** What became of a request that one call, or several, went with. */
export type Journey =
  | {
      readonly left: true;
      readonly outcome: HttpOutcome;
      readonly started: Date;
      readonly ended: Date;
      readonly put: Put;
    }
  /** It never left; `exchange` is of the token that could not be had, if that is why. */
  | { readonly left: false; readonly troubleOf: (what: string) => Trouble; readonly exchange: Exchange | null };

export interface Sent {
  readonly reply: Reply;
  /** Null when it was not sent. */
  readonly put: Put | null;
  /** True where it is known not to have been done, and may be sent again at once in another way. */
  readonly again?: true;
}
