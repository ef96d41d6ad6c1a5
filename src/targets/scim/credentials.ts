/** How a target knows us. */
export type TargetCredentials =
  | { readonly kind: "bearer"; readonly token: string }
  | { readonly kind: "basic"; readonly userName: string; readonly password: string }
  /** OAuth 2.0 client credentials (RFC 6749 section 4.4): the token is fetched, and renewed before it runs out. */
  | {
      readonly kind: "clientCredentials";
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly clientSecret: string;
      /** Null asks for none. */
      readonly scope: string | null;
      /** Where id and secret travel (RFC 6749 section 2.3.1). */
      readonly sendAs: "header" | "body";
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
  encodeURIComponent(secret),
  formEncoded(secret),
  JSON.stringify(secret).slice(1, -1),
];

/** What must never be seen of these credentials, the longest first so that no part of one is left standing. */
export const secretsOf = (credentials: TargetCredentials): readonly string[] => {
  const secrets = (): readonly string[] => {
    switch (credentials.kind) {
      case "bearer":
        return shapesOf(credentials.token);
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
      return url !== null && (url.protocol === "https:" || url.protocol === "http:")
        ? null
        : "The address of the token endpoint must be a whole address, for example https://login.example.com/oauth2/token.";
    }
  }
};
