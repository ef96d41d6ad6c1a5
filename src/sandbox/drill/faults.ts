/** Requests that a fault can meet: every one, those that write, or those that create. */
export type Reach = "all" | "writes" | "creates";

interface FaultDescription {
  readonly reach: Reach;
  /** Whether the request is carried out. */
  readonly commits: boolean;
  readonly description: string;
}

/** Every way in which a service can be made to misbehave. */
export const faults = {
  "429": {
    reach: "all",
    commits: false,
    description: "too many requests, with Retry-After if a number of seconds is given",
  },
  "500": { reach: "all", commits: false, description: "an internal error; nothing was done" },
  "503": {
    reach: "all",
    commits: false,
    description: "unavailable, with Retry-After if a number of seconds is given",
  },
  slow: { reach: "all", commits: true, description: "a correct answer that takes its time" },
  dropBefore: { reach: "all", commits: false, description: "the connection ends without an answer; nothing was done" },
  dropAfter: { reach: "all", commits: true, description: "the request is carried out, then the connection ends" },
  "502After": { reach: "all", commits: true, description: "the request is carried out, the answer is 502" },
  html: { reach: "all", commits: false, description: "200 with a web page, as a proxy shows one; nothing was done" },
  truncatedJson: { reach: "all", commits: true, description: "the first half of the answer's text" },
  wrongContentType: { reach: "all", commits: true, description: "the right answer as text/plain" },
  emptyBody: { reach: "all", commits: true, description: "the right status without a body" },
  nothingChanged: { reach: "writes", commits: false, description: "success is claimed, and nothing was done" },
  noId: { reach: "creates", commits: true, description: "201 without the id of what was created" },
} as const satisfies Readonly<Record<string, FaultDescription>>;

export type FaultKind = keyof typeof faults;

export const faultKinds = Object.keys(faults) as [FaultKind, ...FaultKind[]];

const writes = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/** True when the fault means anything for a request of this method. */
export const reaches = (kind: FaultKind, method: string): boolean => {
  const { reach } = faults[kind];
  if (reach === "creates") return method === "POST";
  return reach === "all" || writes.has(method);
};
