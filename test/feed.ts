import { type FeedRow, type FeedTable, feedDelay, feedHead, type Queryable, readFeed, type Watermark } from "#store";

/**
 * Waits until every committed change can be read. Other tests work on the same server, and their open transactions hold the
 * horizon of every database on it back for a moment.
 */
export const settledFeed = async (q: Queryable, table: FeedTable): Promise<void> => {
  for (;;) {
    const { heldSince } = await feedDelay(q, table);
    if (heldSince === null) return;
  }
};

/** Does `work` and answers the changes that it has left in the feed. */
export const changesBy = async (
  q: Queryable,
  table: FeedTable,
  work: () => Promise<unknown>,
): Promise<readonly FeedRow[]> => {
  await settledFeed(q, table);
  const before: Watermark = await feedHead(q, table);
  await work();
  await settledFeed(q, table);
  const page = await readFeed(q, table, before, 10_000);
  if (page.kind === "expired") throw new Error("the feed was pruned while the test ran");
  return page.rows;
};
