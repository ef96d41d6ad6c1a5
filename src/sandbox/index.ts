export { SandboxError, type SandboxErrorCode } from "./errors.ts";
export { type GenericSandbox, type GenericSandboxOptions, openGenericSandbox } from "./generic/open.ts";
export { openSandbox, type Sandbox, type SandboxOptions } from "./open.ts";
export { firstOwnerEmail } from "./organization.ts";
export type { NewOrganization, OrganizationWish } from "./organizations.ts";
export type { RateLimit } from "./rate-limit.ts";
export type { SandboxSettings } from "./settings.ts";
