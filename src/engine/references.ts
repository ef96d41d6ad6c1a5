import { clearValue, type DesiredAttribute, type DesiredObject } from "#core";
import type { Queryable } from "#store";
import type { JobContext } from "./job-context.ts";
import { linksOf, type StoredLink } from "./links.ts";

/** A desired object whose single references are the ids of accounts, and whom it still waits for. */
export interface Settled {
  readonly desired: DesiredObject;
  /** Ids of source objects that have no account yet: once one has, whoever waits for it is evaluated again. */
  readonly unsettled: readonly string[];
}

/** Turns references to source objects (a manager) into references to their accounts, for a whole batch with one query. */
export const settleReferences = async (
  q: Queryable,
  context: JobContext,
  batch: readonly DesiredObject[],
): Promise<Settled[]> => {
  const wanted = batch.flatMap(({ attributes }) => attributes.flatMap(singleReference));
  const links = await linksOf(q, context.links, [...new Set(wanted)]);
  return batch.map((desired) => settleOne(desired, links));
};

const singleReference = ({ value, multivalued }: DesiredAttribute): readonly string[] =>
  typeof value === "object" && "kind" in value && value.kind === "reference" && !multivalued
    ? (value.ids as readonly string[]).slice(0, 1)
    : [];

const settleOne = (desired: DesiredObject, links: ReadonlyMap<string, StoredLink>): Settled => {
  const unsettled: string[] = [];
  const attributes = desired.attributes.flatMap((attribute): DesiredAttribute[] => {
    const { value } = attribute;
    if (attribute.multivalued || typeof value !== "object" || !("kind" in value) || value.kind !== "reference")
      return [attribute];
    const [id] = value.ids as readonly string[];
    if (id === undefined) return [{ ...attribute, value: clearValue, when: "update" }];
    const link = links.get(id);
    if (link === undefined) {
      unsettled.push(id);
      return [];
    }
    // SCIM keeps a reference as a complex value (RFC 7643 section 4.3); ids are compared exactly.
    return [{ ...attribute, path: `${attribute.path}.value`, value: link.targetId, caseExact: true }];
  });
  return { desired: { ...desired, attributes }, unsettled };
};
