import type { TargetCredentials } from "#targets";

/** Names of the ways to authenticate, as the secret `AuthenticationType` holds them (scim-wire 1.4). */
export const authenticationTypes = {
  bearer: "BearerToken",
  basic: "BasicAuthentication",
  clientCredentials: "OAuth2ClientCredentialsGrant",
} as const satisfies Record<TargetCredentials["kind"], string>;

export type SavedCredentials =
  | { readonly ok: true; readonly credentials: TargetCredentials }
  /** What is still to be given, as it stands in a sentence: `no token`. */
  | { readonly ok: false; readonly missing: string };

/** How an app authenticates, from its saved secrets by Graph's names. Without `AuthenticationType` it is a bearer token. */
export const credentialsFrom = (saved: ReadonlyMap<string, string>): SavedCredentials => {
  const value = (key: string) => saved.get(key) ?? "";
  const missing = (...needed: readonly (readonly [key: string, name: string])[]): string | null =>
    needed.find(([key]) => value(key) === "")?.[1] ?? null;
  switch (kindOf(value("AuthenticationType"))) {
    case "basic": {
      const lacks = missing(["UserName", "no user name"], ["Password", "no password"]);
      if (lacks !== null) return { ok: false, missing: lacks };
      return { ok: true, credentials: { kind: "basic", userName: value("UserName"), password: value("Password") } };
    }
    case "clientCredentials": {
      const lacks = missing(
        ["Oauth2TokenExchangeUri", "no token address"],
        ["Oauth2ClientId", "no client id"],
        ["Oauth2ClientSecret", "no client secret"],
      );
      if (lacks !== null) return { ok: false, missing: lacks };
      return {
        ok: true,
        credentials: {
          kind: "clientCredentials",
          tokenUrl: value("Oauth2TokenExchangeUri"),
          clientId: value("Oauth2ClientId"),
          clientSecret: value("Oauth2ClientSecret"),
          scope: saved.get("Oauth2Scope") ?? null,
          sendAs: placeOf(value("CredentialLocationInRequest")),
        },
      };
    }
    default:
      if (value("SecretToken") === "") return { ok: false, missing: "no token" };
      return { ok: true, credentials: { kind: "bearer", token: value("SecretToken") } };
  }
};

/** Where a client's credentials travel, as the secret `CredentialLocationInRequest` names it; in a header unless told. */
export const credentialPlaces = {
  header: "Header",
  body: "Body",
  assertion: "Assertion",
} as const;

const placeOf = (name: string): keyof typeof credentialPlaces =>
  name.toLowerCase() === "body" ? "body" : name.toLowerCase() === "assertion" ? "assertion" : "header";

const kindOf = (type: string): TargetCredentials["kind"] => {
  const wanted = type.toLowerCase();
  if (wanted === authenticationTypes.basic.toLowerCase()) return "basic";
  return wanted === authenticationTypes.clientCredentials.toLowerCase() ? "clientCredentials" : "bearer";
};
