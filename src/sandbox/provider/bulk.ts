import { newId } from "#runtime";
import {
  type JsonObject,
  messageUrns,
  type ResourceType,
  type ScimError,
  scimError,
  statusError,
  validateResource,
} from "#scim";
import { type Answer, answer, refusal } from "../answer.ts";
import { inOrder, referenceIn, referencesOf, withIds } from "./bulk-references.ts";
import { type BulkOperation, readBulkRequest } from "./bulk-request.ts";
import { guardOf } from "./preconditions.ts";
import { readView } from "./projection.ts";
import type { NewResource } from "./resource-store.ts";
import { deleteResource, patchResource, readingOf, replaceResource } from "./resources.ts";
import type { Service } from "./service.ts";
import { readSegments } from "./target.ts";

/** What became of one operation. */
interface Outcome {
  readonly status: number;
  readonly location: string | undefined;
  readonly version: string | undefined;
  readonly error: JsonObject | null;
}

const failed = (error: ScimError): Outcome => outcomeOf(refusal(error));

const outcomeOf = ({ status, headers, body }: Answer): Outcome => ({
  status,
  location: headers.location ?? headers["content-location"],
  version: headers.etag,
  error: status >= 400 ? body : null,
});

interface Run {
  readonly service: Service;
  readonly operations: readonly BulkOperation[];
  readonly creators: ReadonlyMap<string, number>;
  /** The ids that the creations of this request will have or have, by bulkId. */
  readonly ids: ReadonlyMap<string, string>;
  readonly outcomes: Map<number, Outcome>;
}

/** The type and the id that an operation's path names. */
const placeOf = (run: Run, path: string): { type: ResourceType; id: string | undefined } | null => {
  const segments = readSegments(path, "");
  const [endpoint, id, ...rest] = segments.ok ? segments.value : [];
  const type = run.service.types.find((candidate) => candidate.endpoint === `/${endpoint}`);
  if (type === undefined || rest.length > 0) return null;
  const bulkId = id === undefined ? undefined : referenceIn(id);
  return { type, id: bulkId === undefined ? id : run.ids.get(bulkId) };
};

/** Why an operation cannot be begun: it is malformed, or what it refers to is not there. */
const obstacle = (run: Run, operation: BulkOperation, together: readonly number[]): ScimError | null => {
  if (operation.problem !== null) return scimError("invalidSyntax", operation.problem);
  const place = placeOf(run, operation.path);
  if (place === null) return statusError(404, `There is nothing at ${JSON.stringify(operation.path.slice(0, 80))}.`);
  for (const bulkId of referencesOf(operation)) {
    const creator = run.creators.get(bulkId);
    if (creator === undefined)
      return scimError("invalidValue", `No operation has the bulkId ${JSON.stringify(bulkId.slice(0, 80))}.`);
    const isThere = together.includes(creator) || (run.outcomes.get(creator)?.status ?? 500) < 400;
    if (!isThere)
      return statusError(409, `The resource with the bulkId ${JSON.stringify(bulkId.slice(0, 80))} was not created.`);
  }
  if ((operation.method === "POST") !== (place.id === undefined)) {
    return statusError(405, `A ${operation.method} cannot be made at ${JSON.stringify(operation.path.slice(0, 80))}.`);
  }
  return null;
};

const dataOf = (run: Run, { data }: BulkOperation) => withIds(data ?? null, (bulkId) => run.ids.get(bulkId));

/** What a creation asks for; the error when it cannot be had. */
const newResource = (run: Run, operation: BulkOperation): NewResource | ScimError => {
  const type = placeOf(run, operation.path)?.type;
  if (type === undefined) return statusError(404, "There is nothing at this path.");
  const { service } = run;
  const checked = validateResource(type, dataOf(run, operation), readingOf(service));
  if (!checked.ok) return checked.error;
  return { type, id: run.ids.get(operation.bulkId ?? "") ?? null, resource: checked.value };
};

/** Creates resources that may refer to each other: all or none. */
const create = async (run: Run, group: readonly number[]): Promise<void> => {
  const obstacles = group.map((index) => obstacle(run, run.operations[index]!, group));
  const wanted = group.map((index, at) => obstacles[at] ?? newResource(run, run.operations[index]!));
  const faults = wanted.map((one) => ("resource" in one ? null : one));
  const conflict = statusError(409, "Another operation failed that this one refers to in a circle.");
  if (faults.some((fault) => fault !== null)) {
    for (const [at, index] of group.entries()) run.outcomes.set(index, failed(faults[at] ?? conflict));
    return;
  }
  const created = await run.service.store.create(wanted.filter((one) => "resource" in one));
  for (const [at, index] of group.entries()) {
    if (!created.ok) run.outcomes.set(index, failed(at === created.at ? created.error : conflict));
    else {
      const { location, version } = created.value[at]!;
      run.outcomes.set(index, { status: 201, location, version, error: null });
    }
  }
};

/** Changes or deletes one resource. */
const change = async (run: Run, index: number): Promise<Outcome> => {
  const operation = run.operations[index]!;
  const { service } = run;
  const error = obstacle(run, operation, []);
  const place = placeOf(run, operation.path);
  if (error !== null || place?.id === undefined)
    return failed(error ?? statusError(404, "There is nothing at this path."));
  const target = { type: place.type, id: place.id };
  const guard = guardOf(operation.version, undefined);
  if (operation.method === "DELETE") {
    const { status, body } = await deleteResource(service, target, guard);
    const location = `${service.baseUrl}${place.type.endpoint}/${place.id}`;
    return { status, location, version: undefined, error: status >= 400 ? body : null };
  }
  // Nobody sees the resources, so their members need not be read.
  const view = readView(service, [place.type], undefined, "members");
  if (!view.ok) return failed(view.error);
  const given = { body: dataOf(run, operation), guard, view: view.value };
  const carryOut = operation.method === "PUT" ? replaceResource : patchResource;
  return outcomeOf(await carryOut(service, target, given));
};

const lineOf = ({ operations }: Run, index: number, outcome: Outcome): JsonObject => {
  const { method, bulkId } = operations[index]!;
  return {
    method,
    ...(bulkId === undefined ? {} : { bulkId }),
    ...(outcome.version === undefined ? {} : { version: outcome.version }),
    ...(outcome.location === undefined ? {} : { location: outcome.location }),
    status: String(outcome.status),
    ...(outcome.error === null ? {} : { response: outcome.error }),
  };
};

/**
 * `POST /Bulk` (RFC 7644 section 3.7). Operations run in the order of the request, save that each follows what it
 * refers to; creations that refer to each other in a circle are made together. One that fails undoes no other.
 */
export const bulk = async (service: Service, body: unknown): Promise<Answer> => {
  const request = readBulkRequest(body, service);
  if (!request.ok) return refusal(request.error);
  const { operations, failOnErrors } = request.value;
  const creations = operations.flatMap((operation, index): readonly (readonly [string, number])[] =>
    operation.method === "POST" && operation.problem === null ? [[operation.bulkId ?? "", index]] : [],
  );
  const run: Run = {
    service,
    operations,
    creators: new Map(creations),
    ids: new Map(creations.map(([bulkId]) => [bulkId, newId()])),
    outcomes: new Map(),
  };
  let errors = 0;
  for (const group of inOrder(operations, run.creators)) {
    const [first] = group;
    if (first === undefined || (failOnErrors !== null && errors >= failOnErrors)) break;
    if (operations[first]?.method === "POST") await create(run, group);
    else run.outcomes.set(first, await change(run, first));
    errors += group.filter((index) => (run.outcomes.get(index)?.status ?? 0) >= 400).length;
  }
  const lines = [...run.outcomes].sort(([left], [right]) => left - right);
  return answer(200, {
    schemas: [messageUrns.bulkResponse],
    Operations: lines.map(([index, outcome]) => lineOf(run, index, outcome)),
  });
};
