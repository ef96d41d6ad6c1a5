import { createHash } from "node:crypto";

/** What is stored of a secret that is random throughout: enough to know it again, not to say it. */
export const digestOf = (value: string): Buffer => createHash("sha256").update(value).digest();
