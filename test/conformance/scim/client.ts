import { hasStatus, holds, type Listed, listed, messageUrns, Skipped, Unmet } from "./demand.ts";
import { at, brief, isObject, type Json, type JsonObject, listAt, textAt } from "./json.ts";
import { type Provider, requiredBesides, schemaUrns } from "./provider.ts";
import { type Answer, Unanswered, type Wire } from "./wire.ts";

export type Kind = "User" | "Group";
export type Query = Readonly<Record<string, string | number>>;

export interface SendOptions {
  readonly query?: Query;
  /** An object goes as JSON, text and bytes as they are. */
  readonly body?: JsonObject | string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Another token than the run's; null sends none. */
  readonly token?: string | null;
}

/** A resource that a requirement has made. */
export interface Resource {
  readonly id: string;
  /** Below the base URL: `/Users/{id}`. */
  readonly path: string;
  /** Its userName or displayName. */
  readonly name: string;
  /** As the create answered it. */
  readonly body: JsonObject;
  readonly created: Answer;
}

export interface Operation {
  readonly op: string;
  readonly path?: string;
  readonly value?: Json;
}

/** What a requirement works with. Everything that it makes carries `stem` in its name and is removed afterwards. */
export interface Client {
  readonly provider: Provider;
  /** A text that no other resource of the provider has in its name. */
  readonly stem: string;
  /** Path of the users or groups, such as `/Users`. */
  readonly at: Readonly<Record<Kind, string>>;
  /** A userName or displayName of this requirement's own. */
  name(kind: Kind, label?: string): string;
  /** A body that creates a resource; `more` is added to what is required. */
  body(kind: Kind, label?: string, more?: JsonObject): JsonObject;
  send(method: string, path: string, options?: SendOptions): Promise<Answer>;
  /** Creates a resource, which must succeed. */
  make(kind: Kind, label?: string, more?: JsonObject): Promise<Resource>;
  user(more?: JsonObject): Promise<Resource>;
  group(more?: JsonObject): Promise<Resource>;
  /** Users by label, each with what is given for it. */
  users(people: Readonly<Record<string, JsonObject>>): Promise<Readonly<Record<string, Resource>>>;
  /** Reads a resource, which must succeed. */
  read(resource: Resource, query?: Query): Promise<Answer>;
  patch(resource: Resource, operations: readonly Operation[], query?: Query): Promise<Answer>;
  /** Changes a resource, which must succeed, and reads it again. */
  patched(resource: Resource, ...operations: readonly Operation[]): Promise<Answer>;
  /** One page of a list, which must succeed. */
  list(kind: Kind, query: Query): Promise<Listed & { readonly answer: Answer }>;
  /** Holds that a filter finds those of the people, and no others of them. */
  finds(people: Readonly<Record<string, Resource>>, filter: string, expected: readonly string[]): Promise<void>;
  /** Lets enough time go by for the provider's timestamps to differ. */
  tick(resource: Resource): Promise<void>;
  skip(reason: string): never;
}

interface Made {
  readonly path: string;
}

const scimJson = "application/scim+json";
/** Pages that a search is followed over. */
const mostPages = 50;

const queryText = (query: Query | undefined): string => {
  if (query === undefined || Object.keys(query).length === 0) return "";
  return `?${new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]))}`;
};

/** The attributes that a filter names at its top level. */
const attributesIn = (filter: string): ReadonlySet<string> => {
  const bare = filter.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/\[[^\]]*\]/g, " pr");
  return new Set(
    [...bare.matchAll(/([a-z][^\s()"]*)\s+(?:eq|ne|co|sw|ew|gt|ge|lt|le|pr)\b/gi)].map(([, name]) => name!),
  );
};

/** What an exchange has left behind: the path of a created resource, or those that a bulk has made. */
const madeBy = ({ question, status, body }: Answer, baseUrl: string): readonly Made[] => {
  if (question.method !== "POST") return [];
  const [path = ""] = question.path.split("?");
  if (status === 201) {
    const id = at(body, "id");
    if (typeof id === "string" && id !== "") return [{ path: `${path}/${encodeURIComponent(id)}` }];
    const location = textAt(body, "meta.location");
    return location.startsWith(baseUrl) ? [{ path: location.slice(baseUrl.length) }] : [];
  }
  if (status !== 200) return [];
  return listAt(body, "Operations")
    .filter((operation) => textAt(operation, "method").toUpperCase() === "POST")
    .map((operation) => textAt(operation, "location"))
    .filter((location) => location.startsWith(baseUrl))
    .map((location) => ({ path: location.slice(baseUrl.length) }));
};

export interface OpenedClient extends Client {
  /** Removes what is left; tells what could not be removed. */
  tidy(): Promise<readonly string[]>;
}

const waitFor = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A client for one requirement. */
export const openClient = (wire: Wire, provider: Provider, stem: string): OpenedClient => {
  const made: Made[] = [];
  let count = 0;
  const endpoints = provider.endpoints;

  const send: Client["send"] = async (method, path, options = {}) => {
    const { query, body = null, headers = {}, token } = options;
    const isRaw = typeof body === "string" || body instanceof Uint8Array;
    const answer = await wire.send({
      method,
      path: `${path}${queryText(query)}`,
      headers: { accept: scimJson, ...(body === null ? {} : { "content-type": scimJson }), ...headers },
      body: isRaw || body === null ? body : JSON.stringify(body),
      ...(token === undefined ? {} : { token }),
    });
    made.push(...madeBy(answer, wire.baseUrl));
    return answer;
  };

  const name: Client["name"] = (kind, label = String(++count)) =>
    kind === "User" ? `${stem}.${label}@conformance.example`.toLowerCase() : `${stem} ${label}`;

  const body: Client["body"] = (kind, label, more = {}) => {
    const isUser = kind === "User";
    const attribute = isUser ? "userName" : "displayName";
    const extensions = Object.keys(more).filter((key) => key.includes(":"));
    const attributes = isUser ? provider.userAttributes : provider.groupAttributes;
    return {
      schemas: [isUser ? schemaUrns.user : schemaUrns.group, ...extensions],
      ...requiredBesides(attributes, attribute, ++count),
      [attribute]: name(kind, label),
      ...more,
    };
  };

  const make: Client["make"] = async (kind, label, more) => {
    const asked = body(kind, label, more);
    const answer = await send("POST", endpoints[kind], { body: asked });
    hasStatus(answer, 201);
    const id = at(answer.body, "id");
    holds(answer, typeof id === "string" && id !== "", "a created resource with an id", `id is ${brief(id)}`);
    return {
      id: String(id),
      path: `${endpoints[kind]}/${encodeURIComponent(String(id))}`,
      name: String(asked[kind === "User" ? "userName" : "displayName"]),
      body: isObject(answer.body) ? answer.body : {},
      created: answer,
    };
  };

  const read: Client["read"] = async (resource, query) => {
    const answer = await send("GET", resource.path, query === undefined ? {} : { query });
    hasStatus(answer, 200);
    return answer;
  };

  const patch: Client["patch"] = (resource, operations, query) =>
    send("PATCH", resource.path, {
      body: { schemas: [messageUrns.patch], Operations: operations as unknown as Json },
      ...(query === undefined ? {} : { query }),
    });

  /**
   * RFC 7644 section 3.12 lets a provider refuse to filter by an attribute: then every comparison with it is invalidFilter.
   * Who announces filters filters by userName at least.
   */
  const isFilteredBy = async (kind: Kind, name: string): Promise<boolean> => {
    for (const comparison of ['eq "x"', "eq true", 'eq "2026-01-01T00:00:00Z"', "pr"]) {
      const filter = `${name} ${comparison}`;
      if ((await send("GET", endpoints[kind], { query: { filter, count: 1 } })).status === 200) return true;
    }
    return false;
  };

  const list: Client["list"] = async (kind, query) => {
    const answer = await send("GET", endpoints[kind], { query });
    if (answer.status === 400 && at(answer.body, "scimType") === "invalidFilter") {
      for (const name of attributesIn(String(query.filter ?? ""))) {
        if (name.toLowerCase() === "username") continue;
        if (!(await isFilteredBy(kind, name))) throw new Skipped(`the provider does not filter by ${name}`);
      }
    }
    return { ...listed(answer), answer };
  };

  const idsFound = async (kind: Kind, filter: string): Promise<{ ids: ReadonlySet<string>; answer: Answer }> => {
    const ids = new Set<string>();
    for (let page = 1, start = 1; ; page++) {
      const { resources, totalResults, answer } = await list(kind, {
        filter,
        ...(start === 1 ? {} : { startIndex: start }),
      });
      for (const resource of resources) ids.add(textAt(resource, "id"));
      start += resources.length;
      if (resources.length === 0 || start > totalResults || page === mostPages) return { ids, answer };
    }
  };

  return {
    provider,
    stem,
    at: endpoints,
    name,
    body,
    send,
    make,
    user: (more) => make("User", undefined, more),
    group: (more) => make("Group", undefined, more),
    users: async (people) => {
      const resources: [string, Resource][] = [];
      for (const [label, more] of Object.entries(people)) resources.push([label, await make("User", label, more)]);
      return Object.fromEntries(resources);
    },
    read,
    patch,
    patched: async (resource, ...operations) => {
      const answer = await patch(resource, operations);
      hasStatus(answer, 200, 204);
      const after = await read(resource);
      return { ...after, question: answer.question };
    },
    list,
    finds: async (people, filter, expected) => {
      const [first] = Object.values(people);
      const kind = first?.path.startsWith(`${endpoints.Group}/`) ? "Group" : "User";
      const { ids, answer } = await idsFound(kind, filter);
      const found = Object.keys(people).filter((label) => ids.has(people[label]?.id ?? ""));
      const told = (labels: readonly string[]) => (labels.length === 0 ? "none of them" : labels.toSorted().join(", "));
      const made = Object.entries(people).map(([label, { name: own }]) => `${label} (${own})`);
      holds(
        answer,
        told(found) === told(expected),
        `of ${made.join(", ")} the filter ${filter} finds ${told(expected)}`,
        `found ${told(found)}`,
      );
    },
    tick: (resource) => waitFor(/\.\d/.test(textAt(resource.body, "meta.lastModified")) ? 20 : 1100),
    skip: (reason) => {
      throw new Skipped(reason);
    },
    tidy: async () => {
      const left: string[] = [];
      for (const { path } of made.toReversed()) {
        try {
          const { status } = await send("DELETE", path);
          if (status !== 204 && status !== 200 && status !== 404) left.push(`${path} (DELETE answered ${status})`);
        } catch (error) {
          if (!(error instanceof Unanswered || error instanceof Unmet)) throw error;
          left.push(`${path} (${error.message})`);
        }
      }
      return left;
    },
  };
};
