import { assignedIds } from "#apps";
import type { ObjectType } from "#core";
import { listGroups, listUsers, membersOfAny } from "#directory";
import type { Queryable } from "#store";
import type { JobContext } from "./job-context.ts";
import { pageOfLinked } from "./links.ts";
import { readReach } from "./reach.ts";

const pageSize = 1000;

/** Ids in order, those after `after`; fewer than the limit: there are no more. */
type Source = (after: string | null) => Promise<readonly string[]>;

/** Everything of a type that a job may have to do with, each once, by id and a page at a time: what is linked, and what is assigned, or all where the job syncs all. */
export const inQuestion = (q: Queryable, context: JobContext, type: ObjectType): AsyncGenerator<readonly string[]> =>
  merged([
    linkedSource(q, context, type),
    ...(context.settings.syncAll ? [live(q, type)] : assigned(q, context, type)),
  ]);

/** Objects of a type that are linked. */
export const linked = (q: Queryable, context: JobContext, type: ObjectType): AsyncGenerator<readonly string[]> =>
  merged([linkedSource(q, context, type)]);

const idsOf = (page: readonly { readonly id: string }[]): readonly string[] => page.map(({ id }) => id);

const linkedSource =
  (q: Queryable, context: JobContext, type: ObjectType): Source =>
  async (after) =>
    idsOf(await pageOfLinked(q, context.links, type, { after, limit: pageSize }));

const live =
  (q: Queryable, type: ObjectType): Source =>
  async (after) =>
    idsOf(await (type === "User" ? listUsers : listGroups)(q, { after, limit: pageSize }));

const assigned = (q: Queryable, { app }: JobContext, type: ObjectType): readonly Source[] => [
  (after) => assignedIds(q, app.id, type, { after, limit: pageSize }),
  ...(type === "User" ? [membersOfAssigned(q, app.id)] : []),
];

const membersOfAssigned =
  (q: Queryable, appId: string): Source =>
  async (after) => {
    const { ways } = await readReach(q, appId);
    return membersOfAny(q, [...ways.keys()], { after, limit: pageSize, kind: "user" });
  };

/** Joins sources in order. Each gives as many as a page holds, so that the first page of all of them together is among what they gave. */
async function* merged(sources: readonly Source[]): AsyncGenerator<readonly string[]> {
  for (let after: string | null = null; ; ) {
    const found: readonly string[][] = await Promise.all(sources.map(async (source) => [...(await source(after))]));
    const page = [...new Set(found.flat())].sort().slice(0, pageSize);
    after = page.at(-1) ?? null;
    if (page.length > 0) yield page;
    if (page.length < pageSize) return;
  }
}
