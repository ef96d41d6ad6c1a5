import { getApp, getTemplate, jobSettings, jobsOf, readSecrets, usualSettings } from "#apps";
import { sentenceOf } from "#runtime";
import type { Store } from "#store";
import { problemOfCredentials, type TargetCredentials } from "#targets";
import type { ConnectionCredentials, ConnectionTest } from "./contract.ts";
import { EngineError } from "./errors.ts";
import { type OpenTarget, profileLayers } from "./job-context.ts";
import { loginAdvice } from "./login-advice.ts";
import { credentialsFrom, type SavedCredentials } from "./target-credentials.ts";

const nameOf: Readonly<Record<TargetCredentials["kind"], string>> = {
  bearer: "token is",
  basic: "user name and password are",
  clientCredentials: "client's credentials are",
};

/** Asks the target for a user that cannot exist, with the credentials given, or else those saved. Saves nothing. @throws EngineError `JobNotFound` for an unknown app */
export const testConnection = async (
  store: Store,
  openTarget: OpenTarget,
  appId: string,
  given: ConnectionCredentials,
  signal: AbortSignal,
): Promise<ConnectionTest> => {
  const app = await getApp(store.db, appId);
  const template = app === null ? null : getTemplate(app.templateId);
  if (app === null || template === null)
    throw new EngineError("JobNotFound", `There is no app ${appId}.`, { facts: { appId } });
  const saved = await readSecrets(store.db, store.sealer, app.id);
  const baseUrl = given.baseAddress ?? saved.get("BaseAddress") ?? (template.baseUrlComplete ? template.baseUrl : "");
  const found: SavedCredentials =
    given.credentials === undefined ? credentialsFrom(saved) : { ok: true, credentials: given.credentials };
  const failed = (code: string, message: string): ConnectionTest => ({
    ok: false,
    code,
    message,
    advice: [],
    exchange: null,
  });
  if (baseUrl === "")
    return failed("NotConfigured", `${app.displayName} has no address yet: give the tenant's SCIM base address.`);
  if (!found.ok)
    return failed(
      "NotConfigured",
      `${app.displayName} has ${found.missing} yet: give what was generated in the application.`,
    );
  const { credentials } = found;
  const problem = problemOfCredentials(credentials);
  if (problem !== null) return failed("InvalidToken", problem);
  try {
    const [job] = await jobsOf(store.db, app.id);
    const settings = job === undefined ? usualSettings : await jobSettings(store.db, job.id);
    const target = openTarget({ baseUrl, credentials, layers: profileLayers(template, settings, baseUrl) });
    try {
      const first =
        template.mappings.filter((mapping) => mapping.matchingPrecedence !== undefined)[0]?.target ?? "userName";
      const answer = await target.probe({ lane: "onDemand", signal, matchingPath: first });
      if (answer.ok) {
        return {
          ok: true,
          code: null,
          message: `${app.displayName} answers at ${baseUrl}, and the ${nameOf[credentials.kind]} accepted.`,
          advice: [...answer.value.advice, ...(await loginAdvice(store.db, template))],
          exchange: answer.exchange,
        };
      }
      const { failure } = answer;
      return {
        ok: false,
        code: failure.code,
        message: failure.message,
        advice: adviceOn(failure.status, template.id),
        exchange: failure.exchange,
      };
    } finally {
      await target.close();
    }
  } catch (error) {
    return failed("InvalidAddress", sentenceOf(error));
  }
};

const adviceOn = (status: number | null, templateId: string): string[] => {
  if (status !== 401 && status !== 403) return [];
  return [
    templateId === "thousandeyes"
      ? "Check that the token's owner has Admin permissions (View users, Edit users, Edit users in all account groups, API access), and generate a new token on the Profile page if in doubt."
      : "Check that the credentials are valid and that their owner may read and write users.",
  ];
};
