import {
  foldCase,
  type JsonObject,
  listResponse,
  resourceTypeDocument,
  schemaDocuments,
  serviceProviderConfigDocument,
} from "#scim";
import { type Answer, answer, refuse } from "../answer.ts";
import type { Service } from "./service.ts";

export const discoveryEndpoints = ["ServiceProviderConfig", "Schemas", "ResourceTypes"] as const;

/** The document at /ServiceProviderConfig, the same for every caller. */
export const abilities = ({ limits, baseUrl }: Pick<Service, "limits" | "baseUrl">): JsonObject =>
  serviceProviderConfigDocument(
    {
      patch: true,
      bulk: { maxOperations: limits.bulkOperations, maxPayloadSize: limits.body },
      filter: { maxResults: limits.largestPage },
      changePassword: true,
      sort: true,
      etag: true,
      pagination: { defaultPageSize: limits.page, maxPageSize: limits.largestPage },
      authenticationSchemes: [
        {
          type: "oauthbearertoken",
          name: "Bearer token",
          description: "A token of the tenant in the Authorization header (RFC 6750).",
          primary: true,
        },
      ],
    },
    baseUrl,
  );

const documentsOf = (service: Service, kind: "Schemas" | "ResourceTypes"): readonly JsonObject[] => {
  const { types, baseUrl, mode } = service;
  if (kind === "ResourceTypes") return types.map((type) => resourceTypeDocument(type, baseUrl));
  // Clients of Entra's kind look for id and externalId among the attributes; the RFC leaves them out.
  return schemaDocuments(types, { baseUrl, withCommonAttributes: mode === "compat" });
};

/** The answer at /ServiceProviderConfig, /Schemas, /ResourceTypes (`id` undefined) or below the last two (RFC 7644 section 4). */
export const discover = (
  service: Service,
  kind: (typeof discoveryEndpoints)[number],
  { id, filter }: { id: string | undefined; filter: string | undefined },
): Answer => {
  if (filter !== undefined) return refuse(403, "Discovery endpoints cannot be filtered.");
  if (kind === "ServiceProviderConfig") return answer(200, abilities(service));
  const documents = documentsOf(service, kind);
  if (id === undefined) {
    return answer(200, listResponse({ resources: documents, totalResults: documents.length, startIndex: 1 }));
  }
  const named = documents.find((document) =>
    kind === "Schemas" ? foldCase(String(document.id)) === foldCase(id) : document.id === id,
  );
  if (named !== undefined) return answer(200, named);
  return refuse(404, kind === "Schemas" ? "There is no such schema." : "There is no such resource type.");
};
