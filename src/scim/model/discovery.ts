import type { JsonObject, JsonValue } from "../json.ts";
import { isCoreUrn, schemaUrns } from "../message/urns.ts";
import type { AttributeDefinition, SchemaDefinition } from "./attribute.ts";
import { commonAttributes } from "./common-attributes.ts";
import type { ResourceType } from "./resource-type.ts";

const attributeDocument = (attribute: AttributeDefinition): JsonObject => {
  const isText = attribute.type === "string" || attribute.type === "reference" || attribute.type === "binary";
  return {
    name: attribute.name,
    type: attribute.type,
    multiValued: attribute.multiValued,
    description: attribute.description,
    required: attribute.required,
    ...(isText ? { caseExact: attribute.caseExact } : {}),
    mutability: attribute.mutability,
    returned: attribute.returned,
    ...(attribute.type === "boolean" ? {} : { uniqueness: attribute.uniqueness }),
    ...(attribute.canonicalValues === undefined ? {} : { canonicalValues: attribute.canonicalValues }),
    ...(attribute.referenceTypes === undefined ? {} : { referenceTypes: attribute.referenceTypes }),
    ...(attribute.type === "complex" ? { subAttributes: attribute.subAttributes.map(attributeDocument) } : {}),
  };
};

/** How the /Schemas documents are written. */
export type SchemaDocumentOptions = {
  /** Base URL of the service without a closing slash, for `meta.location`. */
  readonly baseUrl: string;
  /** Also list `id`, `externalId` and `meta`, which some clients look for; the RFC leaves them out. */
  readonly withCommonAttributes?: boolean;
};

/** The document at /Schemas/{id} (RFC 7643 section 7). */
export const schemaDocument = (schema: SchemaDefinition, options: SchemaDocumentOptions): JsonObject => {
  const common = options.withCommonAttributes === true && isCoreUrn(schema.id) ? commonAttributes.slice(1) : [];
  return {
    schemas: [schemaUrns.schema],
    id: schema.id,
    name: schema.name,
    description: schema.description,
    attributes: [...common, ...schema.attributes].map(attributeDocument),
    meta: { resourceType: "Schema", location: `${options.baseUrl}/Schemas/${schema.id}` },
  };
};

/** The documents of every schema the resource types use, each once, for the /Schemas list. */
export const schemaDocuments = (
  types: readonly ResourceType[],
  options: SchemaDocumentOptions,
): readonly JsonObject[] => {
  const schemas = types.flatMap((type) => [type.schema, ...type.extensions.map((extension) => extension.schema)]);
  const unique = new Map(schemas.map((schema) => [schema.id, schema]));
  return [...unique.values()].map((schema) => schemaDocument(schema, options));
};

/** The document at /ResourceTypes/{name} (RFC 7643 section 6). */
export const resourceTypeDocument = (type: ResourceType, baseUrl: string): JsonObject => ({
  schemas: [schemaUrns.resourceType],
  id: type.name,
  name: type.name,
  endpoint: type.endpoint,
  description: type.description,
  schema: type.schema.id,
  schemaExtensions: type.extensions.map(({ schema, required }) => ({ schema: schema.id, required })),
  meta: { resourceType: "ResourceType", location: `${baseUrl}/ResourceTypes/${type.name}` },
});

/** What a service can do; undefined means it cannot. */
export type ServiceAbilities = {
  readonly patch: boolean;
  readonly bulk: { readonly maxOperations: number; readonly maxPayloadSize: number } | undefined;
  /** The most resources one reply holds. */
  readonly filter: { readonly maxResults: number } | undefined;
  readonly changePassword: boolean;
  readonly sort: boolean;
  readonly etag: boolean;
  /** Pages by cursor beside those by index (RFC 9865): resources in a page when the client does not say, and at most. */
  readonly pagination?: { readonly defaultPageSize: number; readonly maxPageSize: number };
  readonly authenticationSchemes: readonly {
    readonly type: "oauth" | "oauth2" | "oauthbearertoken" | "httpbasic" | "httpdigest";
    readonly name: string;
    readonly description: string;
    readonly primary: boolean;
  }[];
  readonly documentationUri?: string;
};

/** The document at /ServiceProviderConfig (RFC 7643 section 5). */
export const serviceProviderConfigDocument = (abilities: ServiceAbilities, baseUrl: string): JsonObject => {
  const documentation: Record<string, JsonValue> =
    abilities.documentationUri === undefined ? {} : { documentationUri: abilities.documentationUri };
  return {
    schemas: [schemaUrns.serviceProviderConfig],
    ...documentation,
    patch: { supported: abilities.patch },
    bulk: {
      supported: abilities.bulk !== undefined,
      maxOperations: abilities.bulk?.maxOperations ?? 0,
      maxPayloadSize: abilities.bulk?.maxPayloadSize ?? 0,
    },
    filter: { supported: abilities.filter !== undefined, maxResults: abilities.filter?.maxResults ?? 0 },
    changePassword: { supported: abilities.changePassword },
    sort: { supported: abilities.sort },
    etag: { supported: abilities.etag },
    ...(abilities.pagination === undefined
      ? {}
      : { pagination: { cursor: true, index: true, defaultPaginationMethod: "index", ...abilities.pagination } }),
    authenticationSchemes: abilities.authenticationSchemes,
    meta: { resourceType: "ServiceProviderConfig", location: `${baseUrl}/ServiceProviderConfig` },
  };
};
