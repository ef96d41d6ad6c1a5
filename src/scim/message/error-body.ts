import { type ScimError, scimTypes } from "../error.ts";
import { isJsonObject, type JsonObject, valueOfName } from "../json.ts";
import { messageUrns } from "./urns.ts";

/** The body of an error reply (RFC 7644 section 3.12); `status` is a string there. */
export const errorBody = (error: ScimError): JsonObject => ({
  schemas: [messageUrns.error],
  status: String(error.status),
  ...(error.scimType === undefined ? {} : { scimType: error.scimType }),
  detail: error.detail,
});

/**
 * Reads an error reply of a target, however sloppy: a numeric status, an unknown scimType (dropped) or a missing
 * detail (empty). Undefined when the body is no object with any of these three.
 */
export const parseErrorBody = (body: unknown, httpStatus: number): ScimError | undefined => {
  if (!isJsonObject(body)) return undefined;
  const detail = valueOfName(body, "detail");
  const given = valueOfName(body, "scimType");
  const status = Number(valueOfName(body, "status") ?? Number.NaN);
  const hasStatus = Number.isInteger(status) && status >= 100 && status <= 599;
  if (typeof detail !== "string" && typeof given !== "string" && !hasStatus) return undefined;
  return {
    status: hasStatus ? status : httpStatus,
    scimType: scimTypes.find((scimType) => scimType === given),
    detail: typeof detail === "string" ? detail : "",
    position: undefined,
  };
};
