import type { AttributeValue, CompiledMapping, CompiledObjectMapping, DesiredAttribute, SourceObject } from "#core";
import { type Argument, REDACTED, walk } from "#core/expressions";
import { hidingValues, isMaskedName } from "#runtime";
import { type JsonObject, type JsonValue, readPath, sameJson } from "#scim";
import type { Hidden } from "#targets";

/** What logs must not show of objects under one mapping. */
interface Secrecy {
  /** Source attributes that an expression redacts, or whose name is always masked: secret wherever else they are read, too. */
  readonly names: ReadonlySet<string>;
  /** Target attributes that are made of those, or whose expression calls Redact, or whose name is always masked, or which the target never shows. */
  readonly paths: ReadonlySet<string>;
  /** Constants that are redacted, or that a masked attribute is made of. */
  readonly constants: readonly string[];
}

const known = new WeakMap<CompiledObjectMapping, Secrecy>();
const nothing: Secrecy = { names: new Set(), paths: new Set(), constants: [] };

/** Told from the mapping alone: a branch that is not taken today, or the value of before, is as secret as the one that is. */
const secrecyOf = (mapping: CompiledObjectMapping | null): Secrecy => {
  if (mapping === null) return nothing;
  const before = known.get(mapping);
  if (before !== undefined) return before;
  const nodes = new Map(mapping.mappings.map((one) => [one.path, secretNodes(one)]));
  const all = [...nodes.values()].flat();
  const read = mapping.mappings.flatMap(({ reads }) => [...reads]);
  const filtered = mapping.filters.flatMap(({ clauses }) => clauses.map(({ attribute }) => attribute));
  const names = new Set([
    ...all.flatMap((node) => (node.kind === "attribute" ? [node.name] : [])),
    ...[...read, ...filtered].filter(isMaskedName),
  ]);
  const isSecret = (one: CompiledMapping) =>
    isMasked(one) || (nodes.get(one.path) ?? []).length > 0 || [...one.reads].some((name) => names.has(name));
  const secrecy = {
    names,
    paths: new Set(mapping.mappings.filter(isSecret).map(({ path }) => path)),
    constants: all.flatMap((node) => (node.kind === "text" ? [node.value] : node.kind === "number" ? [node.text] : [])),
  };
  known.set(mapping, secrecy);
  return secrecy;
};

/** Masked by its name, or never shown by the target itself. */
const isMasked = ({ path, target }: CompiledMapping): boolean => isMaskedName(path) || target.writeOnly;

/** Every part of a mapping that is inside a call of Redact, or all of it where the target's attribute is masked. */
const secretNodes = (one: CompiledMapping): readonly Argument[] => {
  const { source } = one;
  if (source.kind === "constant" && isMasked(one))
    return [{ kind: "text", value: source.value, position: { offset: 0, line: 1, column: 1 } }];
  if (source.kind !== "expression") return [];
  return isMasked(one) ? [...walk(source.tree)] : [...redactedIn(source.tree)];
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
  outgoing: readonly string[] = [],
): Hidden => {
  const { paths, names, constants } = secrecyOf(mapping);
  if (paths.size + names.size + outgoing.length === 0) return nobodysSecret;
  const read = [...names].map((name) => (Object.hasOwn(source.attributes, name) ? source.attributes[name] : null));
  const written = attributes
    .filter(({ shown }) => shown !== undefined)
    .flatMap(({ value, candidates = [] }) => [value, ...candidates.map((one) => ("value" in one ? one.value : null))]);
  return { paths: [...paths], values: [...new Set([...read, ...written, ...constants, ...outgoing].flatMap(textsOf))] };
};

/** Paths of a mapping whose values are secret. */
export const secretPaths = (mapping: CompiledObjectMapping | null): readonly string[] => [...secrecyOf(mapping).paths];

/** What an account has from a time when its mapping redacted it, and is about to lose: the log of that change must not show it either. */
export const outgoingSecrets = (
  redacted: ReadonlySet<string>,
  lastKnown: { readonly [name: string]: unknown } | null,
  attributes: readonly DesiredAttribute[],
): readonly string[] => {
  if (redacted.size === 0 || lastKnown === null) return [];
  return attributes.flatMap(({ path, value, shown }) => {
    if (!redacted.has(path) || shown !== undefined) return [];
    const before = readPath(lastKnown as JsonObject, path);
    return before === undefined || sameJson(before, value as JsonValue) ? [] : textsOf(before as AttributeValue);
  });
};

const nobodysSecret: Hidden = { paths: [], values: [] };

/** Texts and numbers. A Boolean could not be looked for without hiding every other one; references name objects by their ids. */
const textsOf = (value: AttributeValue | DesiredAttribute["value"] | undefined): readonly string[] => {
  if (typeof value === "string") return /^(?:true|false)$/i.test(value) ? [] : [value];
  if (typeof value === "number") return [String(value)];
  if (typeof value !== "object" || value === null || "kind" in value) return [];
  return Object.values(value).flatMap(textsOf);
};

/** Makes what a log may show of a text. */
export const hiding = ({ values }: Hidden): ((text: string) => string) => hidingValues(values, REDACTED);
