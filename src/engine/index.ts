export type * from "./contract.ts";
export { type EngineOptions, openEngine } from "./engine.ts";
export { EngineError, type EngineErrorCode } from "./errors.ts";
export type { OpenTarget } from "./job-context.ts";
export { authenticationTypes, credentialPlaces, credentialsFrom } from "./target-credentials.ts";
