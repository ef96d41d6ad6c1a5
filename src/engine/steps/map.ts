import { type Drawn, mapObject, type ScopedObject } from "#core";
import { type JobContext, mappingOf } from "../job-context.ts";

/** Scoped object and schema → desired object, or the mapping that has no value. */
export const map = (scoped: ScopedObject, context: JobContext, drawn: Drawn): ReturnType<typeof mapObject> => {
  const mapping = mappingOf(context, scoped.source.type);
  return mapping === null
    ? { ok: true, object: { attributes: [], matching: [], missing: [] } }
    : mapObject(scoped, mapping, drawn);
};
