import type { Caller, KnownCaller } from "./caller.ts";
import type { TokenKind } from "./callers.ts";
import type { Service } from "./tenant.ts";

/** E-mail and token as HTTP basic carries them; null when the text is none. */
const readBasic = (encoded: string): { readonly email: string; readonly token: string } | null => {
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 1 ? null : { email: text.slice(0, colon), token: text.slice(colon + 1) };
};

interface Presented {
  readonly kind: TokenKind;
  readonly token: string;
  /** Given with a basic token. */
  readonly email: string | null;
}

const present = (header: string | undefined): Presented | null => {
  const [, scheme = "", credentials = ""] = /^([A-Za-z]{1,20}) +([^\s]{1,1000})$/.exec(header?.trim() ?? "") ?? [];
  if (scheme.toLowerCase() === "bearer") return { kind: "bearer", token: credentials, email: null };
  const basic = scheme.toLowerCase() === "basic" ? readBasic(credentials) : null;
  return basic === null ? null : { kind: "basic", ...basic };
};

const isAllowed = async (service: Service, { kind, email }: Presented, caller: KnownCaller): Promise<boolean> => {
  if (kind === "bearer") return true;
  const organization = await service.findOrganization(caller.organizationId);
  const isOffered = organization?.settings.basicAuthentication ?? false;
  return isOffered && caller.email.toLowerCase() === email?.toLowerCase();
};

/** Whom the Authorization header speaks for; null when it is absent, unreadable or wrong. */
export const authenticate = async (
  service: Service,
  header: string | undefined,
  from: Pick<Caller, "through" | "address">,
): Promise<Caller | null> => {
  const presented = present(header);
  if (presented === null) return null;
  const caller = await service.callers.find(presented.token, presented.kind);
  if (caller === null || !(await isAllowed(service, presented, caller))) return null;
  return { ...caller, ...from };
};
