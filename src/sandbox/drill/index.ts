export { aroundFetch } from "./around.ts";
export { type Drill, type Fault, faultWish, openDrill } from "./drill.ts";
export { faults } from "./faults.ts";
