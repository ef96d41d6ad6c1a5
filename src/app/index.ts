export type * from "./contract.ts";
export { startSandbox } from "./start-sandbox.ts";
export { startServer } from "./start-server.ts";
