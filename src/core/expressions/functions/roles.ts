import { type EagerFunction, type Failure, failure, type Result, type ResultType } from "../definition.ts";
import { isComplex, isList, list, type Value } from "../values.ts";
import { required } from "./parameters.ts";

const ROLE_TYPE = "WindowsAzureActiveDirectoryRole";

interface Role {
  readonly value: string | null;
  readonly displayName: string | null;
}

function rolesOf(value: Value): readonly Role[] {
  return (isList(value) ? value.items : []).map(roleOf).filter((role) => role !== undefined);
}

function rolesFault(value: Value, name: string): Failure | undefined {
  if (isList(value) && value.items.every((item) => roleOf(item) !== undefined)) return undefined;
  const message = `${name} takes app role assignments; give it [appRoleAssignments].`;
  return failure("not-roles", message, { expected: "app role assignments", suggestion: "[appRoleAssignments]" });
}

/** A role object; a plain text counts as a role whose value and name are both that text. */
function roleOf(item: Value): Role | undefined {
  if (typeof item === "string") return { value: item, displayName: item };
  if (!isComplex(item)) return undefined;
  const members = new Map(item.members);
  const text = (name: string) => {
    const member = members.get(name);
    return typeof member === "string" ? member : null;
  };
  return { value: text("value"), displayName: text("displayName") };
}

function roleFunction(
  name: string,
  parameter: string,
  result: ResultType,
  read: (roles: readonly Role[]) => Result,
): EagerFunction {
  return {
    kind: "eager",
    name,
    parameters: [required(parameter, "list", { listedType: "Reference", fault: (value) => rolesFault(value, name) })],
    result,
    run: (values) => read(rolesOf(values[0] ?? null)),
  };
}

/** With several roles the first one counts. */
const single = roleFunction("SingleAppRoleAssignment", "appRoleAssignments", "text", ([first]) =>
  first === undefined ? null : (first.value ?? first.displayName),
);

function complexRoles(name: string, nameMember: string): EagerFunction {
  return roleFunction(name, "appRoleAssignments", "objects", (roles) =>
    list(
      roles.map((role) => ({
        kind: "complex",
        members: [
          ["primary", false],
          ["type", ROLE_TYPE],
          [nameMember, role.displayName],
          ["value", role.value],
        ],
      })),
    ),
  );
}

const complex = complexRoles("AppRoleAssignmentsComplex", "displayName");
const assertive = complexRoles("AssertiveAppRoleAssignmentsComplex", "display");

const all = roleFunction("AppRoleAssignments", "source", "texts", (roles) =>
  list(roles.map((role) => role.value ?? role.displayName).filter((value) => value !== null)),
);

export const ROLE_FUNCTIONS = [single, complex, assertive, all] as const;
