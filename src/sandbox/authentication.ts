import type { Caller } from "./caller.ts";
import type { Tenant } from "./tenant.ts";

/** E-mail and token as HTTP basic carries them; null when the text is none. */
const readBasic = (encoded: string): { readonly email: string; readonly token: string } | null => {
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 1 ? null : { email: text.slice(0, colon), token: text.slice(colon + 1) };
};

/** Whom the Authorization header speaks for; null when it is absent, unreadable or wrong. */
export const authenticate = async (
  tenant: Tenant,
  header: string | undefined,
  address: string | null,
): Promise<Caller | null> => {
  const [, scheme, credentials] = /^([A-Za-z]{1,20}) +([^\s]{1,1000})$/.exec(header?.trim() ?? "") ?? [];
  if (scheme === undefined || credentials === undefined) return null;
  const find = async (token: string): Promise<Caller | null> => {
    const found = await tenant.callers.find(token);
    return found === null ? null : { ...found, address };
  };
  if (scheme.toLowerCase() === "bearer") return find(credentials);
  if (scheme.toLowerCase() !== "basic" || !tenant.organization.settings.basicAuthentication) return null;
  const basic = readBasic(credentials);
  const caller = basic === null ? null : await find(basic.token);
  return caller !== null && caller.email.toLowerCase() === basic?.email.toLowerCase() ? caller : null;
};
