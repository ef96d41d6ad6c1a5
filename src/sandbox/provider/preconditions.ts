import { type ScimError, statusError } from "#scim";
import type { Guard } from "./resource-store.ts";
import type { ProviderRequest } from "./service.ts";

const opaque = (tag: string): string => tag.trim().replace(/^W\//i, "");

/** True when a header of entity tags names the version, compared weakly, or is `*`. */
const names = (header: string, version: string): boolean =>
  header.trim() === "*" || header.split(",").some((tag) => opaque(tag) === opaque(version));

const changed = (version: string): ScimError =>
  statusError(412, `The resource has the version ${version}, which the request does not allow. Read it again.`);

/** What If-Match and If-None-Match, or the `version` of a bulk operation, demand of the resource before it is changed. */
export const guardOf = (ifMatch: string | undefined, ifNoneMatch: string | undefined): Guard => {
  if (ifMatch === undefined && ifNoneMatch === undefined) return () => null;
  return ({ version }) => {
    const fits =
      (ifMatch === undefined || names(ifMatch, version)) && (ifNoneMatch === undefined || !names(ifNoneMatch, version));
    return fits ? null : changed(version);
  };
};

export const guardOfRequest = (request: ProviderRequest): Guard =>
  guardOf(request.header("if-match"), request.header("if-none-match"));

/** True when the client has this version already, so that 304 will do. */
export const isKnownVersion = (request: ProviderRequest, version: string): boolean => {
  const header = request.header("if-none-match");
  return header !== undefined && names(header, version);
};
