import type { SynchronizationSchema } from "../schema-document.ts";
import { memberChanges, type SchemaChange } from "./change.ts";
import { directoryChanges } from "./directory-changes.ts";
import { ruleChanges } from "./mapping-changes.ts";

/**
 * What is different in the later of two documents, from the top down: rules with their filters and mappings, then directories. What only looks different (parameters, the order
 * of members, another spelling of an expression or an operator) is no change, and nor are id and version, which the server sets.
 */
export const diffSchemas = (before: SynchronizationSchema, after: SynchronizationSchema): readonly SchemaChange[] => [
  ...memberChanges({ subject: "document", name: "Schema", at: "$" }, { ...before }, { ...after }, {}, [
    ...["id", "version"],
    ...["synchronizationRules", "directories"],
  ]),
  ...ruleChanges(before.synchronizationRules, after.synchronizationRules),
  ...directoryChanges(before.directories, after.directories),
];
