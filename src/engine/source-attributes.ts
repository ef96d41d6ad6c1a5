import type { AttributeValue } from "#core";
import { getObject } from "#directory";
import type { Store } from "#store";
import { dueUnasked } from "./due.ts";
import { EngineError } from "./errors.ts";
import type { JobContext } from "./job-context.ts";
import { readClaimed } from "./source-objects.ts";
import { scope } from "./steps/scope.ts";

/** What mappings of this job read of one object: its attributes in the directory, and what scoping adds. @throws EngineError `ObjectNotFound` */
export const sourceAttributes = async (
  store: Store,
  context: JobContext,
  objectId: string,
): Promise<Readonly<Record<string, AttributeValue>>> => {
  const object = await getObject(store.db, objectId);
  const type = object?.kind === "user" ? "User" : "Group";
  const [claimed] = await readClaimed(store.db, context, [dueUnasked(type, objectId, "onDemand", "")]);
  if (object === null || claimed === undefined)
    throw new EngineError("ObjectNotFound", `There is neither a user nor a group ${objectId}.`, {
      facts: { objectId },
    });
  // Of a type that the job does not provision, there is what the directory has.
  return (scope(claimed, context)?.source ?? claimed.source).attributes;
};
