/** Names whose values are never written to a log, an error, an export or a kept message. Compared without case. */
export const maskedNames: readonly string[] = [
  "password",
  "secret",
  "token",
  "secretToken",
  "SecretToken",
  "clientSecret",
  "authorization",
  "Authorization",
  "cookie",
  "key",
  "passwordProfile",
];

const masked = new Set(maskedNames.map((name) => name.toLowerCase()));

/** A copy of `value` in which what a masked name holds is `***`, at any depth. */
export const mask = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(mask);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, masked.has(name.toLowerCase()) ? "***" : mask(inner)]),
  );
};

/** `text` without any of `secrets` (empty ones are passed over). */
export const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((result, secret) => (secret === "" ? result : result.replaceAll(secret, "***")), text);
