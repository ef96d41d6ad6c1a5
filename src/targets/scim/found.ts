import { compileFilter, foldCase, isJsonArray, isJsonObject, readPath, type ScimPath, valueOfName } from "#scim";
import type { TargetObject } from "../target.ts";

export interface Found {
  readonly objects: readonly TargetObject[];
  /** Ids of objects that the target returned although they do not have the value. */
  readonly strangers: readonly string[];
}

type Judgement = (resource: TargetObject["resource"]) => "match" | "silent" | "stranger";

const judgementOf = (path: ScimPath, value: string): Judgement => {
  const compiled = compileFilter({ kind: "compare", path, operator: "eq", value }, undefined, "compat");
  if (!compiled.ok) return () => "stranger";
  const wanted = foldCase(value);
  return (resource) => {
    if (!isJsonObject(resource)) return "stranger";
    if (compiled.value(resource)) return "match";
    if (readPath(resource, path) !== undefined) return "stranger";
    if (path.filter === undefined) return "silent";
    // The target does not label its values as we do (no type): then any of them may be meant.
    const values = readPath(resource, { ...path, filter: undefined, sub: undefined });
    if (values === undefined) return "silent";
    const texts = (isJsonArray(values) ? values : [values]).map((item) =>
      isJsonObject(item) ? valueOfName(item, path.sub ?? "value") : item,
    );
    return texts.some((text) => typeof text === "string" && foldCase(text) === wanted) ? "match" : "stranger";
  };
};

/**
 * Keeps what really has the value at the path, without regard to letter case. Some targets ignore a filter or answer with near
 * matches; adopting such a stranger would hand one person's account to another. An object that does not show
 * the attribute at all is believed.
 */
export const onlyMatching = (objects: readonly TargetObject[], path: ScimPath, value: string): Found => {
  const judgement = judgementOf(path, value);
  const isStranger = objects.map(({ resource }) => judgement(resource) === "stranger");
  return {
    objects: objects.filter((_, index) => !isStranger[index]),
    strangers: objects.filter((_, index) => isStranger[index]).map(({ id }) => id),
  };
};

/** Whoever shows the value at the path. Nobody is believed who does not. */
export const matchesOf = (objects: readonly TargetObject[], path: ScimPath, value: string): readonly TargetObject[] => {
  const judgement = judgementOf(path, value);
  return objects.filter(({ resource }) => judgement(resource) === "match");
};
