import type { Client } from "./client.ts";
import type { Need } from "./provider.ts";

/** MUST stands for SHALL and REQUIRED too; a SHOULD or MAY that is not met is reported and fails nobody. */
export type Level = "MUST" | "SHOULD" | "MAY";

/** One sentence of the RFCs that a client can put to the test. */
export interface Requirement {
  /** RFC, section and a word for it, such as `7644-3.5.2.1-add-existing-value`; never used twice. */
  readonly id: string;
  /** Such as `RFC 7644 section 3.5.2.1`. */
  readonly section: string;
  readonly subject: string;
  readonly level: Level;
  /** What is asked for, in one sentence. */
  readonly title: string;
  /** What a provider must announce for this to be asked of it. */
  readonly needs: readonly Need[];
  /** Throws Unmet when the provider does otherwise. What it makes is removed afterwards. */
  run(scim: Client): Promise<void>;
}

const idForm = /^(\d{4})-([\d.]+)-[a-z0-9-]+$/;

/** The requirements of one subject; their sections are read from the ids. */
export const requirements = (
  subject: string,
  list: readonly (Omit<Requirement, "section" | "subject" | "needs"> & { readonly needs?: readonly Need[] })[],
): readonly Requirement[] =>
  list.map((item) => {
    const read = idForm.exec(item.id);
    if (read === null) throw new TypeError(`${item.id} does not begin with an RFC and a section, such as 7644-3.3-`);
    return { needs: [], ...item, subject, section: `RFC ${read[1]} section ${read[2]}` };
  });
