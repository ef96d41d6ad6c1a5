import { nearestName } from "#core";
import { type AttributeRule, attributeNames, attributeRule } from "./attribute-rules.ts";
import type { AttributeChanges, AttributeValue, ObjectKind } from "./objects.ts";

/** Why an attribute cannot be stored. `reason` goes on where the attribute's name ends: "has 70 characters; at most 64 are allowed". */
export interface AttributeFault {
  readonly attribute: string;
  readonly reason: string;
  readonly suggestion?: string;
}

export type CheckedAttributes =
  | { readonly kind: "valid"; readonly attributes: Readonly<Record<string, AttributeValue>> }
  | { readonly kind: "invalid"; readonly fault: AttributeFault };

/**
 * The attributes of an object after `changes`: null, empty text and empty lists clear, what a new object needs and can be told
 * from the rest is filled in.
 */
export const applyChanges = (
  kind: ObjectKind,
  before: Readonly<Record<string, AttributeValue>>,
  changes: AttributeChanges,
): CheckedAttributes => {
  const next = new Map(Object.entries(before));
  for (const [name, value] of Object.entries(changes)) {
    const rule = attributeRule(kind, name);
    if (rule === undefined) return { kind: "invalid", fault: unknownName(kind, name) };
    if (value === null || value === "" || (Array.isArray(value) && value.length === 0)) {
      if (rule.kind === "boolean" && required.has(name) && name in before) {
        return invalid(name, "is true or false and cannot be cleared");
      }
      next.delete(name);
      continue;
    }
    const reason = faultOf(name, rule, value);
    if (reason !== null) return invalid(name, reason);
    next.set(name, value);
  }
  return kind === "user" ? completeUser(next) : completeGroup(next);
};

const required = new Set(["accountEnabled", "securityEnabled", "mailEnabled"]);

const invalid = (attribute: string, reason: string): CheckedAttributes => ({
  kind: "invalid",
  fault: { attribute, reason },
});

const unknownName = (kind: ObjectKind, attribute: string): AttributeFault => {
  const suggestion = nearestName(attribute, attributeNames(kind));
  return suggestion === undefined
    ? { attribute, reason: `is no attribute of a ${kind}` }
    : { attribute, reason: `is no attribute of a ${kind} (did you mean ${suggestion}?)`, suggestion };
};

const completeUser = (attributes: Map<string, AttributeValue>): CheckedAttributes => {
  const principal = attributes.get("userPrincipalName");
  if (typeof principal !== "string") return invalid("userPrincipalName", "is missing; a user needs one");
  if (!attributes.has("displayName")) return invalid("displayName", "is missing; a user needs one");
  if (!attributes.has("mailNickname")) attributes.set("mailNickname", nicknameOf(principal, "user"));
  if (!attributes.has("accountEnabled")) attributes.set("accountEnabled", true);
  return { kind: "valid", attributes: Object.fromEntries(attributes) };
};

const completeGroup = (attributes: Map<string, AttributeValue>): CheckedAttributes => {
  const name = attributes.get("displayName");
  if (typeof name !== "string") return invalid("displayName", "is missing; a group needs one");
  if (!attributes.has("mailNickname")) attributes.set("mailNickname", nicknameOf(name, "group"));
  if (!attributes.has("securityEnabled")) attributes.set("securityEnabled", true);
  if (!attributes.has("mailEnabled")) attributes.set("mailEnabled", false);
  return { kind: "valid", attributes: Object.fromEntries(attributes) };
};

const nicknameOf = (name: string, otherwise: string): string => {
  const at = name.lastIndexOf("@");
  const local = at < 0 ? name : name.slice(0, at);
  const clean = local.replace(/[@()\\[\]";:<>,\s\p{Cc}]/gu, "");
  return Array.from(clean).slice(0, 32).join("") || otherwise;
};

const faultOf = (name: string, rule: AttributeRule, value: AttributeValue): string | null => {
  if (rule.kind === "boolean") return typeof value === "boolean" ? null : "takes true or false";
  if (rule.kind === "extension" && typeof value === "boolean") return null;
  if (rule.kind === "extension" && typeof value === "number") {
    return Number.isSafeInteger(value) ? null : "takes whole numbers only";
  }
  if (Array.isArray(value)) return rule.kind === "text" ? "takes one text, not a list" : listFault(rule, value);
  if (rule.kind === "list") return "takes a list of texts";
  if (typeof value !== "string")
    return rule.kind === "text" ? "takes a text" : "takes a text, a list, a number or a Boolean";
  const fault = textFault(value, rule.limit);
  return fault === null && name === "userPrincipalName" ? principalFault(value) : fault;
};

const listFault = (
  rule: { readonly limit: number; readonly most: number },
  values: readonly unknown[],
): string | null => {
  if (values.length > rule.most) return `has ${values.length} values; at most ${rule.most} are allowed`;
  for (const value of values) {
    if (typeof value !== "string") return "takes a list of texts";
    const fault = textFault(value, rule.limit);
    if (fault !== null) return `holds a value that ${fault}`;
  }
  return null;
};

// Tab and line breaks may occur in addresses and descriptions.
const control = /(?![\t\n\r])\p{Cc}/u;

const textFault = (value: string, limit: number): string | null => {
  if (value.length > limit) return `has ${value.length} characters; at most ${limit} are allowed`;
  if (control.test(value)) return "holds control characters";
  return value.isWellFormed() ? null : "is no well-formed Unicode text";
};

/** One at-sign with something on both sides, and none of the signs that a name must not have. */
const principal = /^[^\s@"(),:;<>[\\\]]+@[^\s@"(),:;<>[\\\]]+$/u;

const principalFault = (value: string): string | null => {
  if (!principal.test(value)) return "is not of the form name@domain";
  const before = value.lastIndexOf("@");
  if (before > 64) return `has ${before} characters before the @; at most 64 are allowed`;
  const after = value.length - before - 1;
  return after > 48 ? `has ${after} characters after the @; at most 48 are allowed` : null;
};
