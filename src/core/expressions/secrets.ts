import { type Argument, callsFunction, type Expression, walk } from "./tree.ts";

/** What the calls of Redact in an expression cover. */
export interface Secrets {
  /** Names of the attributes that are read inside a Redact. They are secret wherever else they are read, too. */
  readonly attributes: ReadonlySet<string>;
  /** Every node inside a Redact. */
  readonly nodes: ReadonlySet<Argument>;
}

const REDACT = "Redact";

export function secretsOf(tree: Expression): Secrets {
  const nodes = new Set<Argument>();
  const attributes = new Set<string>();
  if (!callsFunction(tree, REDACT)) return { attributes, nodes };
  for (const call of walk(tree)) {
    if (call.kind !== "call" || call.name !== REDACT) continue;
    for (const node of call.arguments.flatMap((argument) => [...walk(argument)])) {
      nodes.add(node);
      if (node.kind === "attribute") attributes.add(node.name);
    }
  }
  return { attributes, nodes };
}

/** Whether what this node computes with includes a secret, so that a sentence about it must not quote values. */
export function touchesSecret(node: Expression, secrets: Secrets): boolean {
  if (secrets.nodes.size === 0) return false;
  for (const part of walk(node)) {
    if (secrets.nodes.has(part) || (part.kind === "attribute" && secrets.attributes.has(part.name))) return true;
  }
  return false;
}
