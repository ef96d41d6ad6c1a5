import {
  at,
  brief,
  isArray,
  isLike,
  isObject,
  isUnassigned,
  type Json,
  type JsonObject,
  listAt,
  namesOf,
  type Path,
} from "./json.ts";
import type { Answer } from "./wire.ts";

/** The provider did otherwise than the requirement asks. */
export class Unmet extends Error {
  readonly wanted: string;
  readonly got: string;
  readonly answer: Answer | null;

  constructor(answer: Answer | null, wanted: string, got: string) {
    super(`${wanted}; ${got}`);
    this.answer = answer;
    this.wanted = wanted;
    this.got = got;
  }
}

/** The requirement cannot be asked of this provider, for the reason given. */
export class Skipped extends Error {}

export const messageUrns = {
  list: "urn:ietf:params:scim:api:messages:2.0:ListResponse",
  search: "urn:ietf:params:scim:api:messages:2.0:SearchRequest",
  patch: "urn:ietf:params:scim:api:messages:2.0:PatchOp",
  bulk: "urn:ietf:params:scim:api:messages:2.0:BulkRequest",
  bulkAnswer: "urn:ietf:params:scim:api:messages:2.0:BulkResponse",
  error: "urn:ietf:params:scim:api:messages:2.0:Error",
} as const;

/** Holds a condition against the answer; the sentences complete "asked" and "got". */
export const holds = (answer: Answer | null, condition: boolean, wanted: string, got: string): void => {
  if (!condition) throw new Unmet(answer, wanted, got);
};

const nameOf = (path: Path): string => namesOf(path).join(typeof path === "string" ? "." : ":");

export const hasStatus = (answer: Answer, ...statuses: readonly number[]): void =>
  holds(answer, statuses.includes(answer.status), `status ${statuses.join(" or ")}`, `status ${answer.status}`);

/** The value under a path is there and like the expected one. */
export const shows = (answer: Answer, path: Path, expected: Json): void => {
  const value = at(answer.body, path);
  holds(answer, isLike(value, expected), `${nameOf(path)} is ${brief(expected)}`, `${nameOf(path)} is ${brief(value)}`);
};

/** There is no value under a path: it is missing, null or an empty array. */
export const lacks = (answer: Answer, path: Path): void => {
  const value = at(answer.body, path);
  holds(answer, isUnassigned(value), `${nameOf(path)} has no value`, `${nameOf(path)} is ${brief(value)}`);
};

const listsUrn = (body: unknown, urn: string): boolean =>
  listAt(body, "schemas").some((item) => typeof item === "string" && item.toLowerCase() === urn.toLowerCase());

/** The answer's `schemas` lists the URN. */
export const isOfSchema = (answer: Answer, urn: string): void =>
  holds(answer, listsUrn(answer.body, urn), `schemas lists ${urn}`, `schemas is ${brief(at(answer.body, "schemas"))}`);

/** An error with one of the statuses, in the form of RFC 7644 section 3.12; scimType, if given, is one of those named. */
export const refused = (answer: Answer, status: number | readonly number[], ...scimTypes: readonly string[]): void => {
  hasStatus(answer, ...(typeof status === "number" ? [status] : status));
  isOfSchema(answer, messageUrns.error);
  const given = at(answer.body, "scimType");
  if (scimTypes.length === 0 || given === undefined) return;
  holds(
    answer,
    typeof given === "string" && scimTypes.includes(given),
    `scimType, if any, is ${scimTypes.join(" or ")}`,
    `scimType is ${brief(given)}`,
  );
};

/** As `refused`, where the section names the scimType and it may not be missing. */
export const refusedAs = (answer: Answer, status: number, ...scimTypes: readonly string[]): void => {
  refused(answer, status);
  const given = at(answer.body, "scimType");
  holds(
    answer,
    typeof given === "string" && scimTypes.includes(given),
    `scimType is ${scimTypes.join(" or ")}`,
    `scimType is ${brief(given)}`,
  );
};

/** Whatever the answer is, the provider did not break over the request. */
export const survives = (answer: Answer): void =>
  holds(answer, answer.status < 500, "a status below 500", `status ${answer.status}`);

/** As `survives`, for a request that makes no sense: it is refused. */
export const refuses = (answer: Answer): void =>
  holds(answer, answer.status >= 400 && answer.status < 500, "a status from 400 to 499", `status ${answer.status}`);

export interface Listed {
  readonly resources: readonly JsonObject[];
  /** NaN where a page by cursor leaves it out. */
  readonly totalResults: number;
  readonly startIndex: Json | undefined;
  readonly itemsPerPage: Json | undefined;
}

/** RFC 9865 section 2 lets a page by cursor leave totalResults out. */
const isByCursor = ({ question }: Answer): boolean =>
  /[?&]cursor(=|&|$)/.test(question.path) || /"cursor"\s*:/.test(String(question.body));

/** The answer as a ListResponse. */
export const listed = (answer: Answer): Listed => {
  hasStatus(answer, 200);
  isOfSchema(answer, messageUrns.list);
  const totalResults = at(answer.body, "totalResults");
  const resources = at(answer.body, "Resources") ?? [];
  holds(
    answer,
    isArray(resources) && resources.every(isObject),
    "Resources is an array of objects",
    `Resources is ${brief(resources)}`,
  );
  holds(
    answer,
    Number.isInteger(totalResults) || (totalResults === undefined && isByCursor(answer)),
    "totalResults is a whole number",
    `totalResults is ${brief(totalResults)}`,
  );
  return {
    resources: resources as readonly JsonObject[],
    totalResults: typeof totalResults === "number" ? totalResults : Number.NaN,
    startIndex: at(answer.body, "startIndex"),
    itemsPerPage: at(answer.body, "itemsPerPage"),
  };
};

/** xsd:dateTime with a date and a time, as RFC 7643 section 2.3.5 asks for. */
export const isDateTime = (value: unknown): value is string =>
  typeof value === "string" &&
  /^-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.test(value) &&
  !Number.isNaN(Date.parse(value));
