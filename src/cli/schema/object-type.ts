import type { Command } from "commander";
import type { ObjectType } from "#api/contract";

/** Flags of commands that are about users unless told. */
export interface TypeFlags {
  readonly groupObjects?: boolean;
}

export const withType = (command: Command, what: string): Command =>
  command.option("--groups, --group-objects", `${what} of groups, in place of users`);

export const typeOf = (flags: TypeFlags): ObjectType => (flags.groupObjects === true ? "Group" : "User");
