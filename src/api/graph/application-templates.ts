import { Hono } from "hono";
import { z } from "zod";
import { addApp, getTemplate, listTemplates, tenantId } from "#apps";
import { applicationResource, applicationTemplateResource, selected, servicePrincipalResource } from "#graph";
import type { Api, Env, Routes } from "../api.ts";
import { appTarget } from "../audit.ts";
import { readAs } from "../request-body.ts";
import { answer, answerList, missing, onlyOrder, pageOfAll, part, queryOf } from "./answers.ts";

const rules = {
  type: "microsoft.graph.applicationTemplate",
  properties: (
    "id displayName homePageUrl supportedSingleSignOnModes supportedProvisioningTypes logoUrl categories publisher " +
    "description isEntraIntegrated deprecationDate endpoints lastModifiedDateTime riskScore riskFactors"
  ).split(" "),
  most: 999,
  usual: 100,
};

const instantiateBody = z.looseObject({ displayName: z.string() });

/** The gallery. */
export const applicationTemplateRoutes = (api: Api): Routes => {
  const routes = new Hono<Env>();

  routes.get("/applicationTemplates", (call) => {
    const query = queryOf(call, rules);
    onlyOrder(query, ["displayname", "displayname asc"]);
    const all = listTemplates().toSorted((one, other) => one.displayName.localeCompare(other.displayName, "en"));
    return answerList(call, query, {
      context: "applicationTemplates",
      divisible: true,
      read: async (after, limit) => pageOfAll(all, after, limit),
      wire: (templates) => templates.map(applicationTemplateResource),
      count: async () => all.length,
    });
  });

  routes.get("/applicationTemplates/:id", (call) => {
    const { select } = queryOf(call, rules);
    const template = getTemplate(part(call, "id"));
    if (template === null) throw missing(part(call, "id"));
    return answer(call, "applicationTemplates/$entity", selected(applicationTemplateResource(template), select));
  });

  routes.post("/applicationTemplates/:id/instantiate", async (call) => {
    const { displayName } = await readAs(call, instantiateBody);
    const template = getTemplate(part(call, "id"));
    if (template === null) throw missing(part(call, "id"));
    const app = await api.change(
      call,
      (tx, now) => addApp(tx, template.id, { displayName, now }),
      (added) => ({
        category: "ApplicationManagement",
        activity: "Add service principal",
        operation: "Add",
        targets: [appTarget(added)],
      }),
    );
    const context = { templateGuid: template.guid, tenantId: await tenantId(api.store.db) };
    const both = {
      application: applicationResource(app, context),
      servicePrincipal: servicePrincipalResource(app, context),
    };
    return answer(call, "microsoft.graph.applicationServicePrincipal", both, 201);
  });

  return routes;
};
