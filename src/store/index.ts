export { StoreError } from "./errors.ts";
export {
  appendToFeed,
  type FeedDelay,
  type FeedPage,
  type FeedRow,
  type FeedTable,
  feedDelay,
  feedHead,
  type NewFeedRow,
  newEpoch,
  pruneFeed,
  readFeed,
  type Watermark,
} from "./feed.ts";
export { openQueue, type Queue } from "./queue.ts";
export type { Sealer } from "./sealing.ts";
export { openStore, type Queryable, type Store, type StoreOptions, type Tx } from "./store.ts";
export { learnSizes, tidy } from "./tidying.ts";
