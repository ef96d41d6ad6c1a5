export interface RequestLimitOptions {
  readonly requests: number;
  /** Length of a window, 60 seconds unless told. */
  readonly milliseconds?: number;
  /** The server's clock. */
  readonly now?: () => number;
}

export interface RequestLimit {
  /** Counts a request: the three headers for its answer, and whether it is one too many. */
  count(): { readonly refused: boolean; readonly headers: Readonly<Record<string, string>> };
}

/** A fixed window that starts with its first request, as ThousandEyes counts. Null is no limit and no headers. */
export const openRequestLimit = (options: RequestLimitOptions | null): RequestLimit => {
  if (options === null) return { count: () => ({ refused: false, headers: {} }) };
  const { requests, milliseconds = 60_000, now = Date.now } = options;
  let endsAt = 0;
  let used = 0;
  return {
    count: () => {
      const moment = now();
      if (moment >= endsAt) {
        endsAt = moment + milliseconds;
        used = 0;
      }
      used += 1;
      return {
        refused: used > requests,
        headers: {
          date: new Date(moment).toUTCString(),
          "x-organization-rate-limit-limit": String(requests),
          "x-organization-rate-limit-remaining": String(Math.max(0, requests - used)),
          "x-organization-rate-limit-reset": String(Math.ceil(endsAt / 1000)),
        },
      };
    },
  };
};
