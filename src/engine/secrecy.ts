import type { AttributeValue, CompiledObjectMapping, DesiredAttribute, SourceObject } from "#core";
import { type Argument, REDACTED, walk } from "#core/expressions";
import { hidingValues, isMaskedName } from "#runtime";
import type { Hidden } from "#targets";

/** What logs must not show of objects under one mapping. */
interface Secrecy {
  /** Target attributes whose expression calls Redact, or that have, or read, a name that is always masked. */
  readonly paths: ReadonlySet<string>;
  /** Source attributes whose values are secret, wherever else they are used. */
  readonly names: ReadonlySet<string>;
}

const known = new WeakMap<CompiledObjectMapping, Secrecy>();
const nothing: Secrecy = { paths: new Set(), names: new Set() };

/** Told from the mapping alone: a branch that is not taken today, or the value of before, is as secret as the one that is. */
const secrecyOf = (mapping: CompiledObjectMapping | null): Secrecy => {
  if (mapping === null) return nothing;
  const before = known.get(mapping);
  if (before !== undefined) return before;
  const paths = new Set<string>();
  const names = new Set<string>();
  for (const { path, source, reads } of mapping.mappings) {
    const redacted = source.kind === "expression" ? [...redactedIn(source.tree)] : [];
    const masked = [...reads].filter(isMaskedName);
    if (redacted.length + masked.length > 0 || isMaskedName(path)) paths.add(path);
    for (const name of masked) names.add(name);
    for (const node of redacted) if (node.kind === "attribute") names.add(node.name);
  }
  for (const { clauses } of mapping.filters)
    for (const { attribute } of clauses) if (isMaskedName(attribute)) names.add(attribute);
  const secrecy = { paths, names };
  known.set(mapping, secrecy);
  return secrecy;
};

/** Every node inside a call of Redact. */
function* redactedIn(tree: Argument): Generator<Argument> {
  for (const node of walk(tree)) if (node.kind === "call" && node.name === "Redact") yield* walk(node);
}

export const isSecretPath = (mapping: CompiledObjectMapping | null, path: string): boolean =>
  secrecyOf(mapping).paths.has(path);

export const isSecretName = (mapping: CompiledObjectMapping | null, name: string): boolean =>
  secrecyOf(mapping).names.has(name);

/** The attributes with what logs show in place of secret ones. */
export const veiled = (
  mapping: CompiledObjectMapping | null,
  attributes: readonly DesiredAttribute[],
): readonly DesiredAttribute[] => {
  const { paths } = secrecyOf(mapping);
  if (paths.size === 0) return attributes;
  return attributes.map((attribute) => (paths.has(attribute.path) ? { ...attribute, shown: REDACTED } : attribute));
};

/** What must not be read of one object: the paths, and the values that it has there and in the directory. */
export const hiddenOf = (
  mapping: CompiledObjectMapping | null,
  source: SourceObject,
  attributes: readonly DesiredAttribute[],
): Hidden => {
  const { paths, names } = secrecyOf(mapping);
  if (paths.size + names.size === 0) return nobodysSecret;
  const read = [...names].map((name) => (Object.hasOwn(source.attributes, name) ? source.attributes[name] : null));
  const written = attributes
    .filter(({ shown }) => shown !== undefined)
    .flatMap(({ value, candidates = [] }) => [value, ...candidates.map((one) => ("value" in one ? one.value : null))]);
  return { paths: [...paths], values: [...new Set([...read, ...written].flatMap(textsOf))] };
};

export const nobodysSecret: Hidden = { paths: [], values: [] };

/** Texts and numbers. A Boolean could not be looked for without hiding every other one; references name objects by their ids. */
const textsOf = (value: AttributeValue | DesiredAttribute["value"] | undefined): readonly string[] => {
  if (typeof value === "string") return /^(?:true|false)$/i.test(value) ? [] : [value];
  if (typeof value === "number") return [String(value)];
  if (typeof value !== "object" || value === null || "kind" in value) return [];
  return Object.values(value).flatMap(textsOf);
};

/** Makes what a log may show of a text. */
export const hiding = ({ values }: Hidden): ((text: string) => string) => hidingValues(values, REDACTED);
