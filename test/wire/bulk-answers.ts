import { errorBody, isJsonArray, isJsonObject, type JsonObject, messageUrns, statusError } from "#scim";
import type { Fault } from "./fault-switches.ts";
import { oops, type Reply } from "./faulty-answers.ts";

/** Carries out one operation as if it had come alone. */
type CarryOut = (method: string, path: string, data: unknown) => Reply;

const lineOf = (operation: JsonObject, { status, body }: Reply, baseUrl: string): JsonObject => {
  const { method = "", path = "", bulkId } = operation;
  const id = typeof body?.id === "string" ? body.id : null;
  const isMade = method === "POST" && status < 300 && id !== null;
  return {
    method,
    ...(bulkId === undefined ? {} : { bulkId }),
    ...(method === "POST" && !isMade ? {} : { location: `${baseUrl}${String(path)}${isMade ? `/${id}` : ""}` }),
    status: String(status),
    ...(status < 400 || body === null ? {} : { response: body }),
  };
};

const without = (line: JsonObject, name: string): JsonObject =>
  Object.fromEntries(Object.entries(line).filter(([each]) => each !== name));

/** What is told of the operations, as the fault has it. */
const told = (lines: readonly JsonObject[], fault: Fault | undefined): readonly JsonObject[] => {
  const [first = {}, ...rest] = lines;
  switch (fault?.kind) {
    case "bulkReversed":
      return lines.toReversed();
    case "bulkMissesOne":
      return rest;
    case "bulkSaysTwice":
      return [...lines, first];
    case "bulkNoStatus":
      return lines.map((line) => without(line, "status"));
    case "bulkNoNames":
      return lines.map((line) => without(without(line, "location"), "bulkId"));
    case "bulkNoPlaces":
      return lines.map((line) => without(line, "location"));
    case "bulkOnePlace":
      return lines.map((line) => ({ ...line, location: first.location ?? "" }));
    case "bulkWrongPlaces":
      return lines.map((line, at) => ({ ...line, location: lines[(at + 1) % lines.length]?.location ?? "" }));
    case "bulkNumbers":
      return lines.map((line) => ({ ...line, status: Number(line.status) }));
    default:
      return lines;
  }
};

/** Answers a bulk request (RFC 7644 section 3.7), one operation after the other. */
export const bulkReply = (body: unknown, fault: Fault | undefined, baseUrl: string, carryOut: CarryOut): Reply => {
  const operations = isJsonObject(body) ? body.Operations : undefined;
  if (!isJsonArray(operations) || !operations.every(isJsonObject)) return oops(400, "That is no bulk request.");
  if (fault?.kind === "bulkTakesTwo" && operations.length > 2) return oops(413, "That is too much at once.");
  const lines: JsonObject[] = [];
  for (const operation of operations) {
    if (fault?.kind === "bulkStopsAt400" && lines.length > 0) return oops(400, "The second operation is not liked.");
    const refused = fault?.kind === "bulkAll429" || fault?.kind === "bulkAll501";
    const reply = refused
      ? { status: fault.kind === "bulkAll429" ? 429 : 501, body: errorBody(statusError(429, "Not now.")) }
      : carryOut(String(operation.method), String(operation.path), operation.data);
    lines.push(lineOf(operation, reply, baseUrl));
  }
  const schemas = [messageUrns.bulkResponse];
  return { status: 200, body: { schemas, Operations: told(lines, fault) } };
};
