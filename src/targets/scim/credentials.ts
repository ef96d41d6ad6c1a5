import { createPrivateKey, type KeyObject } from "node:crypto";

/** How a target knows us. */
export type TargetCredentials =
  | { readonly kind: "bearer"; readonly token: string }
  | { readonly kind: "basic"; readonly userName: string; readonly password: string }
  /** OAuth 2.0 client credentials (RFC 6749 section 4.4): the token is fetched, and renewed before it runs out. */
  | {
      readonly kind: "clientCredentials";
      readonly tokenUrl: string;
      readonly clientId: string;
      /** With `assertion` the client's private key in PEM, which never travels. */
      readonly clientSecret: string;
      /** Null asks for none. */
      readonly scope: string | null;
      /** Where id and secret travel (RFC 6749 section 2.3.1), or that the client signs who it is (RFC 7523 section 2.2). */
      readonly sendAs: "header" | "body" | "assertion";
    };

/** Signature algorithms by the kind of key (RFC 7518 section 3.1, RFC 8037). */
const algorithms: Readonly<Record<string, string>> = { rsa: "RS256", prime256v1: "ES256", ed25519: "EdDSA" };

export interface SigningKey {
  readonly key: KeyObject;
  readonly algorithm: string;
}

/** A private key to sign with, or null where the text is none, or of a kind that no endpoint is known to take. */
export const signingKeyOf = (pem: string): SigningKey | null => {
  try {
    const key = createPrivateKey(pem);
    const details = key.asymmetricKeyDetails;
    const algorithm = algorithms[details?.namedCurve ?? key.asymmetricKeyType ?? ""];
    // RFC 7518 section 3.3: 2048 bits at least.
    const isTooShort = algorithm === "RS256" && (details?.modulusLength ?? 0) < 2048;
    return algorithm === undefined || isTooShort ? null : { key, algorithm };
  } catch {
    return null;
  }
};

/** A form as `application/x-www-form-urlencoded` writes it. */
export const formOf = (fields: readonly (readonly [string, string])[]): string =>
  new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString();

const formEncoded = (text: string): string => formOf([["", text]]).slice(1);

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

/** The value of a basic `Authorization` header (RFC 7617), in UTF-8. */
export const basicHeader = (userName: string, password: string): string => `Basic ${base64(`${userName}:${password}`)}`;

/** Basic authentication of an OAuth client: both parts are form-encoded first (RFC 6749 section 2.3.1). */
export const clientHeader = (clientId: string, clientSecret: string): string =>
  basicHeader(formEncoded(clientId), formEncoded(clientSecret));

/** Every form in which a secret may turn up in an address, a body or somebody's answer. */
const shapesOf = (secret: string): readonly string[] => [
  secret,
  // A secret of several lines, such as a key, may come back as one of them.
  ...secret.split(/\r?\n/).filter((line) => line.length > 20 && line !== secret && !line.startsWith("-----")),
  encodeURIComponent(secret),
  formEncoded(secret),
  JSON.stringify(secret).slice(1, -1),
  base64(secret),
  base64(secret).replace(/=+$/, ""),
  Buffer.from(secret, "utf8").toString("base64url"),
];

/** A token that was fetched is a secret as well. */
export const tokenShapes = (token: string): readonly string[] => [...shapesOf(token), base64(`Bearer ${token}`)];

/** What must never be seen of these credentials, the longest first so that no part of one is left standing. */
export const secretsOf = (credentials: TargetCredentials): readonly string[] => {
  const secrets = (): readonly string[] => {
    switch (credentials.kind) {
      case "bearer":
        return tokenShapes(credentials.token);
      case "basic":
        return [
          ...shapesOf(credentials.password),
          basicHeader(credentials.userName, credentials.password).slice("Basic ".length),
        ];
      case "clientCredentials":
        return [
          ...shapesOf(credentials.clientSecret),
          clientHeader(credentials.clientId, credentials.clientSecret).slice("Basic ".length),
        ];
    }
  };
  return [...new Set(secrets())].filter((secret) => secret !== "").sort((left, right) => right.length - left.length);
};

/** What is wrong with credentials before they are sent anywhere, or null. */
export const problemOfCredentials = (credentials: TargetCredentials): string | null => {
  switch (credentials.kind) {
    case "bearer":
      // RFC 6750 section 2.1: a bearer token is printable ASCII in one piece.
      return /^[\x21-\x7e]+$/.test(credentials.token)
        ? null
        : "The token holds a blank, a line break or another character that no token can hold. Copy it again, in one line.";
    case "basic":
      // RFC 7617 section 2: the first colon ends the user name.
      return credentials.userName.includes(":")
        ? "The user name holds a colon, which basic authentication cannot carry. Use another user, or a token."
        : null;
    case "clientCredentials": {
      const url = URL.parse(credentials.tokenUrl);
      if (url === null || (url.protocol !== "https:" && url.protocol !== "http:"))
        return "The address of the token endpoint must be a whole address, for example https://login.example.com/oauth2/token.";
      return credentials.sendAs === "assertion" && signingKeyOf(credentials.clientSecret) === null
        ? "To sign with, a private key in PEM without a passphrase is needed: RSA of 2048 bits or more, P-256 or Ed25519. Make one with: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem"
        : null;
    }
  }
};
