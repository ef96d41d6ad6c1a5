/** The media type of every SCIM request and reply body (RFC 7644 section 8.1). */
export const scimMediaType = "application/scim+json";

/** Schema URIs of resources (RFC 7643). */
export const schemaUrns = {
  user: "urn:ietf:params:scim:schemas:core:2.0:User",
  group: "urn:ietf:params:scim:schemas:core:2.0:Group",
  enterpriseUser: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
  schema: "urn:ietf:params:scim:schemas:core:2.0:Schema",
  resourceType: "urn:ietf:params:scim:schemas:core:2.0:ResourceType",
  serviceProviderConfig: "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig",
} as const;

/** Schema URIs of messages (RFC 7644). */
export const messageUrns = {
  listResponse: "urn:ietf:params:scim:api:messages:2.0:ListResponse",
  searchRequest: "urn:ietf:params:scim:api:messages:2.0:SearchRequest",
  patchOp: "urn:ietf:params:scim:api:messages:2.0:PatchOp",
  bulkRequest: "urn:ietf:params:scim:api:messages:2.0:BulkRequest",
  bulkResponse: "urn:ietf:params:scim:api:messages:2.0:BulkResponse",
  error: "urn:ietf:params:scim:api:messages:2.0:Error",
} as const;

const coreSchema = /^urn:ietf:params:scim:schemas:core:/i;

/** True for the URI of a core schema, whose attributes stand in the resource itself and in no container. */
export const isCoreUrn = (urn: string): boolean => coreSchema.test(urn);
