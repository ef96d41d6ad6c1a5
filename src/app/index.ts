export type * from "./contract.ts";
export { cleanUpAddress, examineAddress } from "./examine-address.ts";
export { startSandbox } from "./start-sandbox.ts";
export { startServer } from "./start-server.ts";
