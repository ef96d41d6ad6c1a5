import { HTTPException } from "hono/http-exception";
import { errorBody, graphTexts } from "#graph";
import { LockstepError } from "#runtime";
import type { Api, Call } from "./api.ts";
import { ApiError, type Status } from "./api-error.ts";

/** Codes of the rooms below whose status cannot be told from their ending. */
const statuses: ReadonlyMap<string, Status> = new Map<string, Status>([
  ["AmbiguousApp", 409],
  ["JobExists", 409],
  ["AlreadyAssigned", 409],
  ["MemberExists", 409],
  ["UserPrincipalNameTaken", 409],
  ["AnchorTaken", 409],
  ["NotAMember", 404],
  ["Sealed", 500],
  ["Stopping", 503],
  ["FenceLost", 409],
  ["SchemaChanged", 409],
]);

const statusOf = (code: string): Status =>
  statuses.get(code) ?? (code.endsWith("NotFound") ? 404 : /(?:Running|Busy|Conflict)$/.test(code) ? 409 : 400);

/** What Graph's clients compare where it differs from our own sentence. */
const graphAnswer = (error: LockstepError): ApiError => {
  const status = statusOf(error.code);
  const text = (fact: string) => (typeof error.facts[fact] === "string" ? error.facts[fact] : null);
  switch (error.code) {
    case "UserPrincipalNameTaken":
      return new ApiError(400, "Request_BadRequest", graphTexts.nameTaken, {
        details: [{ code: "ObjectConflict", target: "userPrincipalName", message: graphTexts.conflict }],
      });
    case "MemberExists":
      return new ApiError(400, "Request_BadRequest", graphTexts.memberExists);
    case "AlreadyAssigned":
      return new ApiError(400, "Request_BadRequest", graphTexts.assignmentExists);
    case "RoleNotFound":
    case "InvalidPrincipal":
      return new ApiError(400, "Request_BadRequest", error.message);
    case "JobExists":
      return new ApiError(409, "Request_MultipleObjectsWithSameKeyValue", error.message);
    case "InvalidAttribute":
      return new ApiError(400, "Request_BadRequest", error.message, {
        details: [{ code: "InvalidValue", target: text("attribute") ?? "", message: error.message }],
      });
    default:
  }
  if (status !== 404) return new ApiError(status, status === 400 ? "Request_BadRequest" : error.code, error.message);
  const id = ["id", "userId", "groupId", "managerId", "appId", "jobId"].map(text).find((fact) => fact !== null);
  return new ApiError(404, "Request_ResourceNotFound", id == null ? error.message : graphTexts.notFound(id));
};

/** What a caller is told of anything that was thrown. The unexpected is told in the log only. */
const answerOf = (thrown: unknown, onGraph: boolean): ApiError => {
  if (thrown instanceof ApiError) return thrown;
  if (thrown instanceof LockstepError) {
    if (onGraph) return graphAnswer(thrown);
    return new ApiError(statusOf(thrown.code), thrown.code, thrown.message);
  }
  if (thrown instanceof HTTPException && thrown.status === 405) {
    return new ApiError(405, "Request_BadRequest", graphTexts.notAllowed);
  }
  return new ApiError(
    500,
    "InternalServerError",
    "Something went wrong inside the server. Its log tells what, under the request-id of this answer.",
  );
};

/** The body of an error, with the ids of the request. Logs what was not expected. */
export const bodyOf = (api: Api, call: Call, thrown: unknown) => {
  const onGraph = isGraph(call.req.path);
  const answer = answerOf(thrown, onGraph);
  const requestId = call.get("requestId") ?? "";
  if (answer.status >= 500 && !(thrown instanceof ApiError)) {
    api.log.error({ err: thrown, requestId, method: call.req.method, path: call.req.path }, "a request failed");
  }
  const body = errorBody(answer, {
    requestId,
    clientRequestId: call.get("clientRequestId") ?? requestId,
    now: api.clock.now(),
  });
  return { answer, body: { error: { ...body.error, ...answer.more } } };
};

export const isGraph = (path: string): boolean => /^\/(?:v1\.0|beta)(?:\/|$)/.test(path);
