import type { Permission } from "../permissions.ts";
import type { SandboxSettings } from "../settings.ts";

/** How somebody signs in: with a password, at the identity provider, as they choose, or not at all. */
export type SignInWay = "password" | "identity-provider" | "choice" | "none";

/** What single sign-on, and a person's permissions, leave of the ways to sign in. */
export const waysToSignIn = (
  permissions: ReadonlySet<string>,
  singleSignOn: SandboxSettings["singleSignOn"],
): SignInWay => {
  const has = (permission: Permission) => permissions.has(permission);
  const password = has("Login via ThousandEyes login page") && singleSignOn !== "forced";
  const provider = has("Login via Single Sign-On") && singleSignOn !== "off";
  if (password && provider) return "choice";
  if (password) return "password";
  return provider ? "identity-provider" : "none";
};
