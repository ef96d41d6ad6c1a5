/** How much one search may look at and hold, and how large a resource may be. */
export const limits = {
  /** Resources that a search looks at. */
  looked: 250_000,
  /** Resources that are read at once, and their bytes. */
  batch: 500,
  batchBytes: 8 * 1024 * 1024,
  /** Bytes of what resources are sorted by. */
  sortBytes: 64 * 1024 * 1024,
  /** Bytes of a stored resource. */
  resourceBytes: 256 * 1024,
  members: 100_000,
} as const;
