import {
  listResponse,
  resourceTypeDocument,
  schemaDocument,
  schemaDocuments,
  serviceProviderConfigDocument,
} from "#scim";
import { type Answer, answer, refuse } from "./answer.ts";
import type { Tenant } from "./tenant.ts";
import { tenantUserType } from "./user-type.ts";

const types = [tenantUserType];

const absent = refuse(404, "This organization does not offer discovery endpoints.");

/** The answer at /ServiceProviderConfig, /Schemas, /ResourceTypes (`id` undefined) or below the last two (RFC 7644 section 4). */
export const discover = (
  tenant: Tenant,
  kind: "ServiceProviderConfig" | "Schemas" | "ResourceTypes",
  { id, filter }: { id: string | undefined; filter: string | undefined },
): Answer => {
  const { settings } = tenant.organization;
  const { baseUrl } = tenant;
  if (!settings.discovery) return absent;
  if (filter !== undefined) return refuse(403, "Discovery endpoints cannot be filtered.");
  if (kind === "ServiceProviderConfig") return answer(200, serviceDocument(tenant));
  const options = { baseUrl, withCommonAttributes: true };
  if (id === undefined) {
    const resources =
      kind === "Schemas" ? schemaDocuments(types, options) : types.map((type) => resourceTypeDocument(type, baseUrl));
    return answer(200, listResponse({ resources, totalResults: resources.length, startIndex: 1 }));
  }
  if (kind === "ResourceTypes") {
    const type = types.find((candidate) => candidate.name === id);
    return type === undefined
      ? refuse(404, "There is no such resource type.")
      : answer(200, resourceTypeDocument(type, baseUrl));
  }
  const schema = types.map((type) => type.schema).find((candidate) => candidate.id.toLowerCase() === id.toLowerCase());
  return schema === undefined ? refuse(404, "There is no such schema.") : answer(200, schemaDocument(schema, options));
};

const serviceDocument = ({ organization: { settings }, baseUrl }: Tenant) =>
  serviceProviderConfigDocument(
    {
      patch: true,
      bulk: undefined,
      filter: { maxResults: settings.largestPage },
      changePassword: false,
      sort: false,
      etag: false,
      authenticationSchemes: [
        {
          type: "oauthbearertoken",
          name: "Bearer token",
          description: "A user's API token in the Authorization header.",
          primary: true,
        },
        ...(settings.basicAuthentication
          ? [
              {
                type: "httpbasic" as const,
                name: "HTTP basic",
                description: "A user's e-mail with an API token as the password.",
                primary: false,
              },
            ]
          : []),
      ],
    },
    baseUrl,
  );
