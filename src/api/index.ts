export type { ApiOptions } from "./api.ts";
export { createApp } from "./app.ts";
export { type OpenApiOptions, type OpenedApi, openApi } from "./server.ts";
