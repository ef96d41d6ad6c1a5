import { type ResourceType, statusError } from "#scim";
import { type Answer, answer, refusal, refuse } from "../answer.ts";
import { notAcceptable } from "./accept.ts";
import { bulk } from "./bulk.ts";
import { abilities, discover, discoveryEndpoints } from "./discovery.ts";
import { readJsonBody } from "./json-body.ts";
import { guardOfRequest } from "./preconditions.ts";
import { readView, type View } from "./projection.ts";
import {
  createResource,
  deleteResource,
  type Place,
  patchResource,
  readResource,
  replaceResource,
} from "./resources.ts";
import { parametersOfBody, parametersOfQuery, search } from "./search.ts";
import type { Door, ProviderRequest, Service } from "./service.ts";
import { readTarget, type Target } from "./target.ts";

/** What one address does with each method. */
type Methods = Readonly<Record<string, () => Promise<Answer>>>;

interface Call {
  readonly service: Service;
  readonly request: ProviderRequest;
  readonly target: Target;
}

const reads = new Set(["GET", "HEAD", "OPTIONS"]);

const withBody = async ({ service, request }: Call, work: (body: unknown) => Promise<Answer>): Promise<Answer> => {
  const body = await readJsonBody(request, service.limits);
  return body.ok ? work(body.value) : refusal(body.error);
};

const withView = async (
  { service, target: { query } }: Call,
  type: ResourceType,
  work: (view: View) => Promise<Answer>,
): Promise<Answer> => {
  const view = readView(service, [type], query.get("attributes"), query.get("excludedAttributes"));
  return view.ok ? work(view.value) : refusal(view.error);
};

const searchMethods = (call: Call, types: readonly ResourceType[]): Methods => ({
  POST: () =>
    withBody(call, async (body) => {
      const parameters = parametersOfBody(body);
      return parameters.ok ? search(call.service, types, parameters.value) : refusal(parameters.error);
    }),
});

const listMethods = (call: Call, types: readonly ResourceType[]): Methods => ({
  GET: () => search(call.service, types, parametersOfQuery(call.target.query)),
});

const typeMethods = (call: Call, type: ResourceType): Methods => ({
  ...listMethods(call, [type]),
  POST: () => withView(call, type, (view) => withBody(call, (body) => createResource(call.service, type, body, view))),
});

const resourceMethods = (call: Call, type: ResourceType, id: string): Methods => {
  const { service, request } = call;
  const place: Place = { type, id };
  const guard = guardOfRequest(request);
  const changing = (work: typeof replaceResource) => () =>
    withView(call, type, (view) => withBody(call, (body) => work(service, place, { body, guard, view })));
  return {
    GET: () => withView(call, type, (view) => readResource(service, place, view, request)),
    PUT: changing(replaceResource),
    PATCH: changing(patchResource),
    DELETE: () => deleteResource(service, place, guard),
  };
};

/** What stands at an address; null when nothing does. */
const methodsAt = (call: Call): Methods | null => {
  const { service, target } = call;
  const [first, second, ...rest] = target.segments;
  if (rest.length > 0) return null;
  if (first === undefined) return listMethods(call, service.types);
  if (first === ".search") return second === undefined ? searchMethods(call, service.types) : null;
  if (first === "Bulk" && second === undefined) {
    return { POST: () => withBody(call, (body) => bulk(service, body)) };
  }
  const kind = discoveryEndpoints.find((name) => name === first);
  if (kind !== undefined) {
    if (kind === "ServiceProviderConfig" && second !== undefined) return null;
    return { GET: async () => discover(service, kind, { id: second, filter: target.query.get("filter") }) };
  }
  const type = service.types.find((candidate) => candidate.endpoint === `/${first}`);
  if (type === undefined) return null;
  if (second === undefined) return typeMethods(call, type);
  return second === ".search" ? searchMethods(call, [type]) : resourceMethods(call, type, second);
};

const isSearch = ({ segments }: Target): boolean => segments.at(-1) === ".search";

const serve = async (call: Call): Promise<Answer> => {
  const { service, request, target } = call;
  if (target.segments[0] === "Me") return refuse(501, "A token stands for no user here, so there is no /Me.");
  const methods = methodsAt(call);
  if (methods === null) return refuse(404, "There is nothing at this address.");
  const method = request.method === "HEAD" ? "GET" : request.method;
  const work = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (work === undefined) {
    const allowed = Object.keys(methods).join(", ");
    return { ...refuse(405, `This address takes ${allowed} only.`), headers: { allow: allowed } };
  }
  if (!service.mayWrite && !reads.has(request.method) && !isSearch(target)) {
    return refuse(403, "This token may read only.");
  }
  // Clients with an Accept header of their own kind are served by most services, as RFC 9110 section 12.5.1 allows.
  const unfit = service.mode === "strict" ? notAcceptable(request.header("accept")) : null;
  return unfit === null ? work() : refusal(unfit);
};

const bearer = /^bearer +([A-Za-z0-9._~+/-]{1,1000}=*)$/i;

const unauthorised = (door: Door, isWrong: boolean): Answer => {
  const problem = isWrong ? ', error="invalid_token"' : "";
  return refusal(statusError(401, "Give a valid token: Authorization: Bearer <token>."), {
    "www-authenticate": `Bearer realm="${door.realm}"${problem}`,
  });
};

/** What nobody needs a token for: how to get in (RFC 7643 section 5, `authenticationSchemes`). */
const isOpen = (request: ProviderRequest, target: Target): boolean =>
  request.method === "GET" && target.segments.join("/") === "ServiceProviderConfig";

/** Answers a request to a SCIM service (RFC 7644). Nothing is told to whom has no good token, not even what there is. */
export const handle = async (door: Door, request: ProviderRequest): Promise<Answer> => {
  const target = readTarget(request.target, door.basePath);
  const header = request.header("authorization");
  if (header === undefined && target.ok && isOpen(request, target.value)) return answer(200, abilities(door));
  const token = bearer.exec(header?.trim() ?? "")?.[1];
  const service = token === undefined ? null : await door.open(token);
  if (service === null) return unauthorised(door, header !== undefined);
  return target.ok ? serve({ service, request, target: target.value }) : refusal(target.error);
};
