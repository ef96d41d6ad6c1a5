import { type Drawn, type Mapped, mapObject, type ScopedObject } from "#core";
import { type JobContext, mappingOf } from "../job-context.ts";
import { veiled } from "../secrecy.ts";

/** Scoped object and schema → desired object, or the mapping that has no value. What logs must not show is marked. */
export const map = (scoped: ScopedObject, context: JobContext, drawn: Drawn): Mapped => {
  const mapping = mappingOf(context, scoped.source.type);
  if (mapping === null) return { ok: true, object: { attributes: [], matching: [], missing: [] }, outcomes: [] };
  const mapped = mapObject(scoped, mapping, drawn);
  return mapped.ok
    ? { ...mapped, object: { ...mapped.object, attributes: veiled(mapping, mapped.object.attributes) } }
    : mapped;
};
