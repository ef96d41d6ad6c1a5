import { sql } from "kysely";
import type { Queryable } from "#store";
import type { ObjectKind } from "./objects.ts";

/** How a source names another object. `any` tries anchor, locator, userPrincipalName and mail in this order. */
export interface ObjectReference {
  readonly by: "anchor" | "locator" | "userPrincipalName" | "mail" | "name" | "any";
  /** As written for an anchor; else compared without case. */
  readonly value: string;
  /** Only objects of this kind fit; absent: either. */
  readonly kind?: ObjectKind | undefined;
}

export interface FoundObject {
  readonly id: string;
  readonly kind: ObjectKind;
}

type Way = Exclude<ObjectReference["by"], "any">;

const inOrder: readonly Way[] = ["anchor", "locator", "userPrincipalName", "mail"];

interface Found {
  readonly key: string;
  readonly own: boolean;
  readonly kind: ObjectKind;
  readonly id: string;
  readonly count: number;
}

/**
 * Live objects by reference, one answer for each, in order; null where nobody fits, or more than one. Anchors and locators are
 * those of `source`; for the rest its own objects win over others.
 */
export const findReferences = async (
  q: Queryable,
  source: string,
  references: readonly ObjectReference[],
): Promise<readonly (FoundObject | null)[]> => {
  const keys = new Map<Way, Set<string>>();
  for (const reference of references) {
    for (const way of waysOf(reference)) {
      keys.set(way, (keys.get(way) ?? new Set()).add(keyOf(way, reference.value)));
    }
  }
  const found = new Map<Way, ReadonlyMap<string, readonly Found[]>>();
  for (const [way, values] of keys) found.set(way, await lookUp(q, source, way, [...values]));
  return references.map((reference) => {
    for (const way of waysOf(reference)) {
      const fitting = (found.get(way)?.get(keyOf(way, reference.value)) ?? []).filter(
        (row) => reference.kind === undefined || row.kind === reference.kind,
      );
      for (const candidates of [fitting.filter((row) => row.own), fitting]) {
        const [first] = candidates;
        if (first === undefined) continue;
        return candidates.length === 1 && first.count === 1 ? { id: first.id, kind: first.kind } : null;
      }
    }
    return null;
  });
};

const waysOf = (reference: ObjectReference): readonly Way[] => (reference.by === "any" ? inOrder : [reference.by]);

const keyOf = (way: Way, value: string): string => (way === "anchor" ? value : value.toLowerCase());

/** At most one row for each key, kind and ownership, however many share a value. */
const lookUp = async (
  q: Queryable,
  source: string,
  way: Way,
  keys: readonly string[],
): Promise<ReadonlyMap<string, readonly Found[]>> => {
  const { rows } = await sql<Found>`
    select key, own, kind, (array_agg(id))[1] as id, count(*) as count
    from (${matches(source, way, keys)}) as matches (id, kind, own, key)
    group by key, own, kind`.execute(q);
  const byKey = new Map<string, Found[]>();
  for (const row of rows) byKey.set(row.key, [...(byKey.get(row.key) ?? []), row]);
  return byKey;
};

const matches = (source: string, way: Way, keys: readonly string[]) => {
  switch (way) {
    case "anchor":
      return sql`select id, kind, true, anchor from directory.object
        where source = ${source} and kind in ('user', 'group') and anchor = any(${keys}::text[]) and deleted_at is null`;
    case "locator":
      return sql`select id, kind, true, locator from directory.object
        where locator = any(${keys}::text[]) and source = ${source} and deleted_at is null`;
    case "userPrincipalName":
      return sql`select id, kind, source is not distinct from ${source}, principal_key from directory.object
        where principal_key = any(${keys}::text[])`;
    case "mail":
      return sql`select id, kind, source is not distinct from ${source}, mail_key from directory.object
        where mail_key = any(${keys}::text[]) and kind = 'user' and deleted_at is null`;
    case "name":
      return sql`select id, kind, source is not distinct from ${source}, name_key from directory.object
        where name_key = any(${keys}::text[]) and kind = 'group' and deleted_at is null
        union
        select id, kind, true, lower(anchor) from directory.object
        where source = ${source} and lower(anchor) = any(${keys}::text[]) and kind = 'group' and deleted_at is null`;
  }
};
