import { type App, canonicalKey, listSecretsMasked, type SecretPair, saveSecrets } from "#apps";
import {
  authenticationTypes,
  type ConnectionCredentials,
  type ConnectionTest,
  credentialPlaces,
  credentialsFrom,
  type TargetCredentials,
} from "#engine";
import type { Queryable } from "#store";
import type { Api, Call } from "./api.ts";
import { ApiError, badRequest } from "./api-error.ts";
import { provisioningNote } from "./audit.ts";

/** Shown instead of a confidential value; sent back, it means that the value stays. */
const unchanged = "*";

export const savedValue = (pairs: readonly SecretPair[], key: string): string | undefined =>
  pairs.find((pair) => pair.key.toLowerCase() === key.toLowerCase())?.value;

/** `pairs` with one value set in its place, or at the end. */
export const withValue = (pairs: readonly SecretPair[], key: string, value: string): readonly SecretPair[] =>
  pairs.some((pair) => pair.key === key)
    ? pairs.map((pair) => (pair.key === key ? { key, value } : pair))
    : [...pairs, { key, value }];

const originOf = (address: string): string | null => (URL.canParse(address) ? new URL(address).origin : null);

/** A saved token is never sent to another host than the one it was saved for. @throws ApiError where it would be, or the address is none */
export const mustFitSaved = async (api: Api, app: App, given: ConnectionCredentials): Promise<void> => {
  const { baseAddress } = given;
  if (baseAddress !== undefined) {
    const url = URL.canParse(baseAddress) ? new URL(baseAddress) : null;
    if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
      throw badRequest("The tenant URL must be a whole address, for example https://api.example.com/scim/v2.");
    }
    const saved = savedValue(await listSecretsMasked(api.store.db, app.id), "BaseAddress");
    if (given.credentials === undefined && saved !== undefined && originOf(saved) !== originOf(baseAddress)) {
      const sentence =
        "The tenant URL leads to another host than the saved one, so the token or password must be given along with it.";
      throw new ApiError(400, "SecretMustBeReentered", sentence);
    }
  }
};

/** Tests the connection with these credentials; what is not given is taken from what is saved. */
export const testCredentials = async (api: Api, app: App, given: ConnectionCredentials): Promise<ConnectionTest> => {
  await mustFitSaved(api, app, given);
  return api.engine.testConnection(app.id, given);
};

/** The credentials among Graph's pairs; what is masked, empty or incomplete is left to what is saved. */
export const credentialsOf = (pairs: readonly SecretPair[]): ConnectionCredentials => {
  const given = new Map(
    pairs
      .map(({ key, value }) => [canonicalKey(key) ?? key, value.trim()] as const)
      .filter(([, value]) => value !== "" && value !== unchanged),
  );
  const baseAddress = given.get("BaseAddress");
  const read = credentialsFrom(given);
  return {
    ...(baseAddress === undefined ? {} : { baseAddress }),
    ...(read.ok ? { credentials: read.credentials } : {}),
  };
};

/** Every key that belongs to some way of authenticating. */
const authenticationKeys: ReadonlySet<string> = new Set([
  "AuthenticationType",
  "SecretToken",
  "UserName",
  "Password",
  "Oauth2TokenExchangeUri",
  "Oauth2ClientId",
  "Oauth2ClientSecret",
  "Oauth2Scope",
  "CredentialLocationInRequest",
]);

/** `pairs` with these credentials where others were, or at the end. */
export const withCredentials = (
  pairs: readonly SecretPair[],
  credentials: TargetCredentials,
): readonly SecretPair[] => {
  const kept = pairs.filter(({ key }) => !authenticationKeys.has(key));
  const first = pairs.findIndex(({ key }) => authenticationKeys.has(key));
  const given = Object.entries(pairsOf(credentials)).map(([key, value]) => ({ key, value }));
  return kept.toSpliced(first === -1 ? kept.length : first, 0, ...given);
};

const pairsOf = (credentials: TargetCredentials): Readonly<Record<string, string>> => {
  switch (credentials.kind) {
    case "bearer":
      return { SecretToken: credentials.token };
    case "basic":
      return {
        AuthenticationType: authenticationTypes.basic,
        UserName: credentials.userName,
        Password: credentials.password,
      };
    case "clientCredentials":
      return {
        AuthenticationType: authenticationTypes.clientCredentials,
        Oauth2TokenExchangeUri: credentials.tokenUrl,
        Oauth2ClientId: credentials.clientId,
        Oauth2ClientSecret: credentials.clientSecret,
        CredentialLocationInRequest: credentialPlaces[credentials.sendAs],
        ...(credentials.scope === null ? {} : { Oauth2Scope: credentials.scope }),
      };
  }
};

/** Saves the whole set of an app's credentials and settings. */
export const saveCredentials = (
  api: Api,
  call: Call,
  app: App,
  pairsOf: (q: Queryable) => Promise<readonly SecretPair[]> | readonly SecretPair[],
): Promise<readonly string[]> =>
  api.change(
    call,
    async (tx, now) => (await saveSecrets(tx, api.store.sealer, app.id, await pairsOf(tx), now)).changed,
    (changed) =>
      provisioningNote("Update provisioning setting or credentials", "Update", app, { Changed: changed.join(", ") }),
  );

/** The answer to credentials that the target does not accept. */
export const testFailed = (test: ConnectionTest, code: string): ApiError =>
  new ApiError(400, code, test.message, {
    details: [
      { code: test.code ?? "Unknown", target: "credentials", message: [test.message, ...test.advice].join(" ") },
    ],
    more: { test },
  });
