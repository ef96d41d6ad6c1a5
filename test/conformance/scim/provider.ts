import { at, isArray, isObject, type Json, type JsonObject, listAt, textAt } from "./json.ts";
import type { Answer, Wire } from "./wire.ts";

export const schemaUrns = {
  user: "urn:ietf:params:scim:schemas:core:2.0:User",
  group: "urn:ietf:params:scim:schemas:core:2.0:Group",
  enterprise: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
  schema: "urn:ietf:params:scim:schemas:core:2.0:Schema",
  resourceType: "urn:ietf:params:scim:schemas:core:2.0:ResourceType",
  config: "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig",
} as const;

/** What a provider says, or shows, that it can do. */
export type Ability =
  | "patch"
  | "bulk"
  | "filter"
  | "sort"
  | "etag"
  | "changePassword"
  | "cursor"
  | "search"
  | "groups"
  | "enterprise";

/** An ability, or an attribute that clients may write: `User.emails.type`, `Group.members`, `Enterprise.manager`. */
export type Need = Ability | `${"User" | "Group" | "Enterprise"}.${string}`;

/** An attribute of /Schemas with the place its value has in a resource. */
export interface Attribute {
  /** Names from the resource down: with the extension's URN first, if it is of one. */
  readonly path: readonly string[];
  /** How filters and PATCH paths name it. */
  readonly name: string;
  readonly type: string;
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: string;
  readonly returned: string;
  readonly uniqueness: string;
  readonly canonicalValues: readonly Json[];
  readonly subAttributes: readonly Attribute[];
}

/** What is known of the provider before the first requirement is asked of it. */
export interface Provider {
  readonly config: Json | undefined;
  readonly resourceTypes: readonly JsonObject[];
  readonly schemas: readonly JsonObject[];
  readonly abilities: ReadonlySet<Ability>;
  /** Where users and groups live, such as `/Users`. */
  readonly endpoints: { readonly User: string; readonly Group: string };
  /** Attributes of users: the core ones, then those of each extension. */
  readonly userAttributes: readonly Attribute[];
  readonly groupAttributes: readonly Attribute[];
}

const attributeOf = (item: JsonObject, path: readonly string[], prefix: string): Attribute => {
  const name = textAt(item, "name");
  const own = [...path, name];
  const text = (member: string, standard: string) => textAt(item, member) || standard;
  return {
    path: own,
    name: `${prefix}${name}`,
    type: text("type", "string"),
    multiValued: at(item, "multiValued") === true,
    required: at(item, "required") === true,
    caseExact: at(item, "caseExact") === true,
    mutability: text("mutability", "readWrite"),
    returned: text("returned", "default"),
    uniqueness: text("uniqueness", "none"),
    canonicalValues: listAt(item, "canonicalValues"),
    subAttributes: listAt(item, "subAttributes")
      .filter(isObject)
      .map((sub) => attributeOf(sub, own, `${prefix}${name}.`)),
  };
};

const sameText = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();

const attributesOf = (schemas: readonly JsonObject[], urn: string, isExtension: boolean): readonly Attribute[] => {
  const schema = schemas.find((candidate) => sameText(textAt(candidate, "id"), urn));
  return listAt(schema, "attributes")
    .filter(isObject)
    .map((item) => attributeOf(item, isExtension ? [urn] : [], isExtension ? `${urn}:` : ""));
};

const extensionsOf = (type: JsonObject | undefined): readonly string[] =>
  listAt(type, "schemaExtensions").map((extension) => textAt(extension, "schema"));

const resourcesOf = ({ status, body }: Answer): readonly JsonObject[] =>
  status === 200 ? listAt(body, "Resources").filter(isObject) : [];

/** Statuses by which a provider says that it has no such endpoint. */
const absent: ReadonlySet<number> = new Set([404, 405, 501]);

const get = (wire: Wire, path: string): Promise<Answer> =>
  wire.send({ method: "GET", path, headers: { accept: "application/scim+json" }, body: null });

/** Reads the three discovery documents; what cannot be read counts as not announced. */
export const discover = async (wire: Wire): Promise<Provider> => {
  const configuration = await get(wire, "/ServiceProviderConfig");
  const config = configuration.status === 200 ? configuration.body : undefined;
  const resourceTypes = resourcesOf(await get(wire, "/ResourceTypes"));
  const schemas = resourcesOf(await get(wire, "/Schemas"));
  const typeOf = (urn: string) => resourceTypes.find((type) => sameText(textAt(type, "schema"), urn));
  const endpointOf = (urn: string, standard: string) =>
    `/${(textAt(typeOf(urn), "endpoint") || standard).replace(/^\/+|\/+$/g, "")}`;
  const user = typeOf(schemaUrns.user);
  const group = typeOf(schemaUrns.group);
  const endpoints = { User: endpointOf(schemaUrns.user, "Users"), Group: endpointOf(schemaUrns.group, "Groups") };
  const search = await wire.send({
    method: "POST",
    path: `${endpoints.User}/.search`,
    headers: { "content-type": "application/scim+json" },
    body: JSON.stringify({ schemas: ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], count: 0 }),
  });
  const supports = (member: string) => at(config, `${member}.supported`) === true;
  const abilities = new Set<Ability>(
    (["patch", "bulk", "filter", "sort", "etag", "changePassword"] as const).filter(supports),
  );
  if (at(config, "pagination.cursor") === true) abilities.add("cursor");
  if (!absent.has(search.status)) abilities.add("search");
  if (group !== undefined) abilities.add("groups");
  if (extensionsOf(user).some((urn) => sameText(urn, schemaUrns.enterprise))) abilities.add("enterprise");
  const all = (type: JsonObject | undefined, core: string) => [
    ...attributesOf(schemas, core, false),
    ...extensionsOf(type).flatMap((urn) => attributesOf(schemas, urn, true)),
  ];
  return {
    config,
    resourceTypes,
    schemas,
    abilities,
    endpoints,
    userAttributes: all(user, schemaUrns.user),
    groupAttributes: group === undefined ? [] : all(group, schemaUrns.group),
  };
};

/**
 * Why asking on makes no sense: the token opens nothing, or there is no SCIM service at the address. Null when users can be read, or are refused in a way
 * that a requirement may judge.
 */
export const whyNotToAsk = async (wire: Wire, { endpoints }: Provider): Promise<string | null> => {
  const path = `${endpoints.User}?count=1`;
  const { status, body } = await get(wire, path);
  const answered = `GET ${wire.baseUrl}${path} is answered with ${status}`;
  if (status === 401 || status === 403)
    return `The token is refused: ${answered}. Give one that may read and write users.`;
  const isElsewhere = status === 404 || (status >= 300 && status < 400);
  if (!isElsewhere && (status !== 200 || isObject(body))) return null;
  return `There is no SCIM service: ${answered}${status === 200 ? ", and with no JSON object" : ""}. Give the base address, such as https://scim.contoso.example/scim/v2.`;
};

const announcements: Readonly<Record<Ability, string>> = {
  patch: "ServiceProviderConfig does not announce patch",
  bulk: "ServiceProviderConfig does not announce bulk",
  filter: "ServiceProviderConfig does not announce filter",
  sort: "ServiceProviderConfig does not announce sort",
  etag: "ServiceProviderConfig does not announce etag",
  changePassword: "ServiceProviderConfig does not announce changePassword",
  cursor: "ServiceProviderConfig does not announce pagination by cursor",
  search: "POST /.search is not offered below the Users endpoint",
  groups: "/ResourceTypes names no Group",
  enterprise: "/ResourceTypes names no enterprise extension for users",
};

const hasAttribute = (provider: Provider, need: string): boolean => {
  const [owner = "", ...names] = need.split(".");
  let among = owner === "Group" ? provider.groupAttributes : provider.userAttributes;
  const isOwn = ({ path }: Attribute) =>
    owner === "Enterprise" ? sameText(path[0] ?? "", schemaUrns.enterprise) : path.length === 1;
  among = among.filter(isOwn);
  for (const name of names) {
    const found = among.find(({ path }) => sameText(path.at(-1) ?? "", name));
    if (found === undefined || found.mutability === "readOnly") return false;
    among = found.subAttributes;
  }
  return true;
};

/** Why a provider is not asked for something, or null when it has announced all that is needed. */
export const whyNot = (provider: Provider, needs: readonly Need[]): string | null => {
  for (const need of needs) {
    const isAbility = !need.includes(".");
    if (isAbility && !provider.abilities.has(need as Ability)) return announcements[need as Ability];
    if (!isAbility && !hasAttribute(provider, need)) return `/Schemas lists no ${need} that clients may write`;
  }
  return null;
};

/** Counts and limits of ServiceProviderConfig; undefined when they are missing. */
export const limitOf = (provider: Provider, path: string): number | undefined => {
  const value = at(provider.config, path);
  return typeof value === "number" && value > 0 ? value : undefined;
};

/** Sub-attributes that say something about a value and are none themselves. */
const labels: ReadonlySet<string> = new Set(["$ref", "type", "primary", "display"]);

/** A value that an attribute of this kind may have, different for each number. */
export const sampleOf = (attribute: Attribute, number: number): Json => {
  if (attribute.multiValued) return [sampleOf({ ...attribute, multiValued: false }, number)];
  const [canonical] = attribute.canonicalValues;
  if (canonical !== undefined && attribute.type === "string" && attribute.uniqueness === "none") return canonical;
  switch (attribute.type) {
    case "boolean":
      return number % 2 === 0;
    case "integer":
      return number;
    case "decimal":
      return number + 0.5;
    case "dateTime":
      return new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString();
    case "binary":
      return Buffer.from(`sample ${number}`).toString("base64");
    case "reference":
      return `https://conformance.example/sample/${number}`;
    case "complex": {
      const nameOf = ({ path }: Attribute): string => path.at(-1) ?? "";
      const writable = attribute.subAttributes.filter(({ mutability }) => mutability !== "readOnly");
      const telling = writable.filter((sub) => sub.required || !labels.has(nameOf(sub)));
      return Object.fromEntries(telling.map((sub) => [nameOf(sub), sampleOf(sub, number)]));
    }
    default:
      return `sample${number}@conformance.example`;
  }
};

/** Puts a value where an attribute belongs. */
export const placed = (path: readonly string[], value: Json): JsonObject => {
  const [name = "", ...rest] = path;
  return { [name]: rest.length === 0 ? value : placed(rest, value) };
};

/** What a create needs besides its name, by the required attributes of /Schemas. */
export const requiredBesides = (attributes: readonly Attribute[], name: string, number: number): JsonObject =>
  Object.assign(
    {},
    ...attributes
      .filter(({ required, mutability, path }) => required && mutability !== "readOnly" && path.length === 1)
      .filter(({ path }) => !sameText(path[0] ?? "", name))
      .map((attribute) => placed(attribute.path, sampleOf(attribute, number))),
  );

export const isTextList = (value: unknown): value is readonly string[] =>
  isArray(value) && value.every((item) => typeof item === "string");
