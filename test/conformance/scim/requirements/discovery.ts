import type { Client } from "../client.ts";
import { hasStatus, holds, isOfSchema, listed, refused, refuses } from "../demand.ts";
import { at, brief, isArray, isObject, type JsonObject, listAt, textAt } from "../json.ts";
import { isTextList, schemaUrns } from "../provider.ts";
import { requirements } from "../requirement.ts";
import type { Answer } from "../wire.ts";

const config = async (scim: Client): Promise<Answer> => {
  const answer = await scim.send("GET", "/ServiceProviderConfig");
  hasStatus(answer, 200);
  return answer;
};

const all = async (scim: Client, path: string): Promise<{ answer: Answer; documents: readonly JsonObject[] }> => {
  const answer = await scim.send("GET", path);
  return { answer, documents: listed(answer).resources };
};

const types = ["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"];

const keywords: Readonly<Record<string, readonly string[]>> = {
  type: types,
  mutability: ["readOnly", "readWrite", "immutable", "writeOnly"],
  returned: ["always", "never", "default", "request"],
  uniqueness: ["none", "server", "global"],
};

/** Every attribute and sub-attribute of a schema, with its way from the top. */
const attributesOf = (
  holder: JsonObject,
  member = "attributes",
  way = "",
): readonly (readonly [string, JsonObject])[] =>
  listAt(holder, member)
    .filter(isObject)
    .flatMap((item) => {
      const name = `${way}${textAt(item, "name")}`;
      return [[name, item] as const, ...attributesOf(item, "subAttributes", `${name}.`)];
    });

const eachAttribute = async (
  scim: Client,
  check: (name: string, attribute: JsonObject, answer: Answer) => void,
): Promise<void> => {
  const { answer, documents } = await all(scim, "/Schemas");
  for (const document of documents) {
    for (const [name, attribute] of attributesOf(document))
      check(`${textAt(document, "id")}:${name}`, attribute, answer);
  }
};

const discoveryEndpoints = ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas"];

export const discovery = requirements("discovery", [
  {
    id: "7644-4-config-document",
    level: "MUST",
    title: "GET /ServiceProviderConfig answers one object of the ServiceProviderConfig schema.",
    run: async (scim) => isOfSchema(await config(scim), schemaUrns.config),
  },
  {
    id: "7643-5-config-abilities",
    level: "MUST",
    title: "The configuration says of patch, bulk, filter, changePassword, sort and etag whether they are supported.",
    run: async (scim) => {
      const answer = await config(scim);
      for (const member of ["patch", "bulk", "filter", "changePassword", "sort", "etag"]) {
        const value = at(answer.body, `${member}.supported`);
        holds(answer, typeof value === "boolean", `${member}.supported is a Boolean`, `it is ${brief(value)}`);
      }
    },
  },
  {
    id: "7643-5-config-limits",
    level: "MUST",
    title: "The configuration gives bulk.maxOperations, bulk.maxPayloadSize and filter.maxResults as whole numbers.",
    run: async (scim) => {
      const answer = await config(scim);
      for (const path of ["bulk.maxOperations", "bulk.maxPayloadSize", "filter.maxResults"]) {
        const value = at(answer.body, path);
        holds(answer, Number.isInteger(value), `${path} is a whole number`, `it is ${brief(value)}`);
      }
    },
  },
  {
    id: "7643-5-authentication-schemes",
    level: "MUST",
    title: "Each authentication scheme has a type, a name and a description.",
    run: async (scim) => {
      const answer = await config(scim);
      const schemes = at(answer.body, "authenticationSchemes");
      holds(answer, isArray(schemes), "authenticationSchemes is an array", `it is ${brief(schemes)}`);
      for (const scheme of listAt(answer.body, "authenticationSchemes")) {
        for (const member of ["type", "name", "description"]) {
          holds(
            answer,
            textAt(scheme, member) !== "",
            `${member} of each scheme is text`,
            `a scheme is ${brief(scheme)}`,
          );
        }
      }
    },
  },
  {
    id: "7643-5-authentication-types",
    level: "SHOULD",
    title: "The type of an authentication scheme is one that the RFC names.",
    run: async (scim) => {
      const answer = await config(scim);
      const known = ["oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest"];
      for (const scheme of listAt(answer.body, "authenticationSchemes")) {
        const type = textAt(scheme, "type");
        holds(answer, known.includes(type), `type is one of ${known.join(", ")}`, `type is ${brief(type)}`);
      }
    },
  },
  {
    id: "7643-5-authentication-schemes-public",
    level: "SHOULD",
    title: "The authentication schemes can be read without a token.",
    run: async (scim) => {
      const answer = await scim.send("GET", "/ServiceProviderConfig", { token: null });
      hasStatus(answer, 200);
      const schemes = listAt(answer.body, "authenticationSchemes");
      holds(answer, schemes.length > 0, "authenticationSchemes is listed", "there is none");
    },
  },
  {
    id: "7644-4-resource-types-list",
    level: "MUST",
    title: "GET /ResourceTypes answers a ListResponse of ResourceType documents.",
    run: async (scim) => {
      const { answer, documents } = await all(scim, "/ResourceTypes");
      holds(answer, documents.length > 0, "at least one resource type", "none");
      for (const document of documents) {
        const lists = listAt(document, "schemas").includes(schemaUrns.resourceType);
        holds(answer, lists, `each lists ${schemaUrns.resourceType}`, `one has ${brief(at(document, "schemas"))}`);
      }
    },
  },
  {
    id: "7643-6-resource-type-members",
    level: "MUST",
    title:
      "Each resource type has a name, an endpoint and a schema, and says of each extension whether it is required.",
    run: async (scim) => {
      const { answer, documents } = await all(scim, "/ResourceTypes");
      for (const document of documents) {
        for (const member of ["name", "endpoint", "schema"]) {
          holds(answer, textAt(document, member) !== "", `${member} is text`, `a type is ${brief(document)}`);
        }
        for (const extension of listAt(document, "schemaExtensions")) {
          const isWhole = textAt(extension, "schema") !== "" && typeof at(extension, "required") === "boolean";
          holds(answer, isWhole, "an extension has schema and required", `one is ${brief(extension)}`);
        }
      }
    },
  },
  {
    id: "7644-4-resource-type-by-name",
    level: "MUST",
    title: "A single resource type is answered as one object at its location.",
    run: async (scim) => {
      const { documents } = await all(scim, "/ResourceTypes");
      for (const document of documents) {
        const id = textAt(document, "id") || textAt(document, "name");
        const answer = await scim.send("GET", `/ResourceTypes/${encodeURIComponent(id)}`);
        hasStatus(answer, 200);
        const endpoint = textAt(answer.body, "endpoint");
        holds(
          answer,
          endpoint === textAt(document, "endpoint"),
          `the type ${id} as it is listed`,
          `endpoint is ${endpoint}`,
        );
      }
    },
  },
  {
    id: "7643-6-endpoints-answer",
    level: "MUST",
    title: "The endpoint of every resource type can be queried.",
    run: async (scim) => {
      const { documents } = await all(scim, "/ResourceTypes");
      for (const document of documents) {
        const path = `/${textAt(document, "endpoint").replace(/^\/+/, "")}`;
        listed(await scim.send("GET", path, { query: { count: 1 } }));
      }
    },
  },
  {
    id: "7643-6-schemas-published",
    level: "MUST",
    title: "Every schema and extension that a resource type names is the id of a document in /Schemas.",
    run: async (scim) => {
      const types = await all(scim, "/ResourceTypes");
      const { answer, documents } = await all(scim, "/Schemas");
      const published = documents.map((document) => textAt(document, "id"));
      for (const type of types.documents) {
        const urns = [
          textAt(type, "schema"),
          ...listAt(type, "schemaExtensions").map((item) => textAt(item, "schema")),
        ];
        for (const urn of urns) {
          holds(answer, published.includes(urn), `/Schemas has ${urn}`, `it has ${published.join(", ")}`);
        }
      }
    },
  },
  {
    id: "7644-4-schemas-list",
    level: "MUST",
    title: "GET /Schemas answers all schemas as a ListResponse.",
    run: async (scim) => {
      const answer = await scim.send("GET", "/Schemas");
      const { resources, totalResults } = listed(answer);
      holds(answer, resources.length > 0, "at least one schema", "none");
      holds(answer, resources.length === totalResults, `all ${totalResults} schemas`, `${resources.length} schemas`);
    },
  },
  {
    id: "7644-4-schema-by-uri",
    level: "MUST",
    title: "Each schema is answered as one object at /Schemas/{URI}.",
    run: async (scim) => {
      const { documents } = await all(scim, "/Schemas");
      for (const document of documents) {
        const id = textAt(document, "id");
        const answer = await scim.send("GET", `/Schemas/${id}`);
        hasStatus(answer, 200);
        holds(answer, textAt(answer.body, "id") === id, `the schema ${id}`, `id is ${brief(at(answer.body, "id"))}`);
      }
    },
  },
  {
    id: "7644-4-unknown-schema",
    level: "MUST",
    title: "A schema that does not exist is 404.",
    run: async (scim) =>
      refused(await scim.send("GET", "/Schemas/urn:example:params:scim:schemas:none:2.0:Nothing"), 404),
  },
  {
    id: "7643-7-schema-document",
    level: "MUST",
    title: "A schema document lists the Schema URN and has a URI as its id.",
    run: async (scim) => {
      const { answer, documents } = await all(scim, "/Schemas");
      for (const document of documents) {
        const lists = at(document, "schemas") === undefined || listAt(document, "schemas").includes(schemaUrns.schema);
        holds(answer, lists, `schemas lists ${schemaUrns.schema}`, `it is ${brief(at(document, "schemas"))}`);
        const id = textAt(document, "id");
        holds(answer, /^[a-z][a-z0-9+.-]*:/i.test(id), "id is a URI", `id is ${brief(id)}`);
        holds(answer, listAt(document, "attributes").length > 0, `${id} defines attributes`, "it defines none");
      }
    },
  },
  {
    id: "7643-7-attribute-keywords",
    level: "MUST",
    title: "Type, mutability, returned and uniqueness of every attribute are words that the RFC defines.",
    run: (scim) =>
      eachAttribute(scim, (name, attribute, answer) => {
        for (const [member, words] of Object.entries(keywords)) {
          const value = at(attribute, member);
          const isKnown = value === undefined ? member !== "type" : typeof value === "string" && words.includes(value);
          holds(answer, isKnown, `${member} of ${name} is one of ${words.join(", ")}`, `it is ${brief(value)}`);
        }
      }),
  },
  {
    id: "7643-7-attribute-booleans",
    level: "MUST",
    title: "multiValued, required and caseExact of every attribute are Booleans where given.",
    run: (scim) =>
      eachAttribute(scim, (name, attribute, answer) => {
        for (const member of ["multiValued", "required", "caseExact"]) {
          const value = at(attribute, member);
          const isFine = typeof value === "boolean" || (value === undefined && member !== "multiValued");
          holds(answer, isFine, `${member} of ${name} is a Boolean`, `it is ${brief(value)}`);
        }
      }),
  },
  {
    id: "7643-2.1-attribute-names",
    level: "MUST",
    title: "Attribute names begin with a letter and go on with letters, digits, $, - and _.",
    run: (scim) =>
      eachAttribute(scim, (name, attribute, answer) => {
        const own = textAt(attribute, "name");
        holds(
          answer,
          /^([a-z][a-z0-9$_-]*|\$ref)$/i.test(own),
          `${name} has a name as the RFC allows`,
          `it is ${brief(own)}`,
        );
      }),
  },
  {
    id: "7643-2.3.8-no-complex-in-complex",
    level: "MUST",
    title: "A complex attribute has sub-attributes, and none of these is complex.",
    run: (scim) =>
      eachAttribute(scim, (name, attribute, answer) => {
        if (textAt(attribute, "type") !== "complex") return;
        const subs = listAt(attribute, "subAttributes");
        holds(answer, subs.length > 0, `${name} lists its subAttributes`, "it lists none");
        const nested = subs.filter((sub) => textAt(sub, "type") === "complex").map((sub) => textAt(sub, "name"));
        holds(answer, nested.length === 0, `no sub-attribute of ${name} is complex`, `${nested.join(", ")} is`);
      }),
  },
  {
    id: "7643-7-reference-types",
    level: "MUST",
    title: "Attributes of type reference say what they may refer to.",
    run: (scim) =>
      eachAttribute(scim, (name, attribute, answer) => {
        if (textAt(attribute, "type") !== "reference") return;
        const given = at(attribute, "referenceTypes");
        holds(answer, isTextList(given) && given.length > 0, `${name} has referenceTypes`, `they are ${brief(given)}`);
      }),
  },
  {
    id: "7643-4.1.1-user-name-characteristics",
    level: "MUST",
    title: "The User schema says that userName is required, unique and not case-exact.",
    run: async (scim) => {
      const { answer, documents } = await all(scim, "/Schemas");
      const user = documents.find((document) => textAt(document, "id") === schemaUrns.user);
      const found = listAt(user, "attributes").find((item) => textAt(item, "name") === "userName");
      holds(answer, found !== undefined, "the User schema has userName", "it has not");
      holds(answer, at(found, "required") === true, "userName is required", brief(found));
      holds(answer, at(found, "uniqueness") !== "none", "userName is unique", brief(found));
      holds(answer, at(found, "caseExact") !== true, "userName is not case-exact", brief(found));
    },
  },
  {
    id: "7643-4.1.1-password-characteristics",
    level: "MUST",
    title: "A password in the User schema is write-only and never returned.",
    run: async (scim) => {
      const { answer, documents } = await all(scim, "/Schemas");
      const user = documents.find((document) => textAt(document, "id") === schemaUrns.user);
      const found = listAt(user, "attributes").find((item) => textAt(item, "name") === "password");
      if (found === undefined) return scim.skip("/Schemas lists no User.password");
      const isHidden = at(found, "mutability") === "writeOnly" && at(found, "returned") === "never";
      holds(answer, isHidden, "mutability writeOnly, returned never", brief(found));
    },
  },
  {
    id: "7643-4.2-group-name-characteristics",
    level: "SHOULD",
    title: "The Group schema says that displayName is required (as erratum 5368 corrects it).",
    needs: ["groups"],
    run: async (scim) => {
      const { answer, documents } = await all(scim, "/Schemas");
      const group = documents.find((document) => textAt(document, "id") === schemaUrns.group);
      const found = listAt(group, "attributes").find((item) => textAt(item, "name") === "displayName");
      holds(answer, at(found, "required") === true, "displayName is required", brief(found));
    },
  },
  {
    id: "7644-4-filter-on-discovery",
    level: "SHOULD",
    title: "A filter on /ResourceTypes, /Schemas or /ServiceProviderConfig is 403.",
    run: async (scim) => {
      for (const path of discoveryEndpoints) {
        refused(await scim.send("GET", path, { query: { filter: 'id eq "User"' } }), 403);
      }
    },
  },
  {
    id: "7644-4-paging-ignored-on-discovery",
    level: "MUST",
    title: "Paging and sorting are ignored on /ResourceTypes and /Schemas.",
    run: async (scim) => {
      for (const path of ["/ResourceTypes", "/Schemas"]) {
        const whole = await all(scim, path);
        const answer = await scim.send("GET", path, {
          query: { startIndex: 2, count: 1, sortBy: "id", sortOrder: "descending" },
        });
        const { resources } = listed(answer);
        const wanted = whole.documents.length;
        holds(answer, resources.length === wanted, `all ${wanted} documents`, `${resources.length} of them`);
      }
    },
  },
  {
    id: "7644-4-discovery-is-read-only",
    level: "MUST",
    title: "Nothing can be added to the discovery documents.",
    run: async (scim) => {
      for (const path of discoveryEndpoints) {
        const answer = await scim.send("POST", path, { body: {} });
        if (answer.status !== 501) refuses(answer);
      }
    },
  },
  {
    id: "7644-3.1-messages-are-no-schemas",
    level: "MUST",
    title: "The schemas of protocol messages are not listed in /Schemas.",
    run: async (scim) => {
      const { answer, documents } = await all(scim, "/Schemas");
      const messages = documents
        .map((document) => textAt(document, "id"))
        .filter((id) => id.startsWith("urn:ietf:params:scim:api:"));
      holds(answer, messages.length === 0, "no urn:ietf:params:scim:api: in /Schemas", messages.join(", "));
    },
  },
  {
    id: "7643-3.1-discovery-meta",
    level: "SHOULD",
    title: "Discovery documents say in meta what they are and where.",
    run: async (scim) => {
      for (const [path, type] of [
        ["/ResourceTypes", "ResourceType"],
        ["/Schemas", "Schema"],
      ] as const) {
        const { answer, documents } = await all(scim, path);
        for (const document of documents) {
          const meta = at(document, "meta");
          const isFine = textAt(meta, "resourceType") === type && textAt(meta, "location").includes(path);
          holds(answer, isFine, `meta.resourceType ${type} and a location below ${path}`, `meta is ${brief(meta)}`);
        }
      }
    },
  },
  {
    id: "9865-4-pagination-announced",
    level: "MUST",
    title: "A provider with cursors says which methods of paging it has, and which is the default if it has both.",
    needs: ["cursor"],
    run: async (scim) => {
      const answer = await config(scim);
      const pagination = at(answer.body, "pagination");
      for (const member of ["cursor", "index"]) {
        const value = at(pagination, member);
        holds(answer, typeof value === "boolean", `pagination.${member} is a Boolean`, `it is ${brief(value)}`);
      }
      const chosen = at(pagination, "defaultPaginationMethod");
      const needsDefault = at(pagination, "index") === true;
      const isFine = chosen === "cursor" || chosen === "index" || (chosen === undefined && !needsDefault);
      holds(answer, isFine, "defaultPaginationMethod is cursor or index", `it is ${brief(chosen)}`);
      for (const member of ["defaultPageSize", "maxPageSize", "cursorTimeout"]) {
        const value = at(pagination, member);
        const isCount = value === undefined || (Number.isInteger(value) && Number(value) > 0);
        holds(answer, isCount, `pagination.${member}, if given, is a number above 0`, `it is ${brief(value)}`);
      }
    },
  },
]);
