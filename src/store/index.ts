export { StoreError } from "./errors.ts";
export type { Sealer } from "./sealing.ts";
export { openStore, type Queryable, type Store, type StoreOptions, type Tx } from "./store.ts";
