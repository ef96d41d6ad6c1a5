export { aroundFetch } from "./around.ts";
export { type Drill, type Fault, type FaultWish, faultWish, openDrill } from "./drill.ts";
export { faults } from "./faults.ts";
