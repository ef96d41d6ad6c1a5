import { type EagerFunction, failure, type Result, type Values } from "../definition.ts";
import { isComplex, isList, list, type Value } from "../values.ts";
import { required } from "./parameters.ts";

const ROLE_TYPE = "WindowsAzureActiveDirectoryRole";

interface Role {
  readonly value: string | null;
  readonly displayName: string | null;
}

/** The roles in the list, or undefined when something else is among them. */
function rolesAt(values: Values): readonly Role[] | undefined {
  const value = values[0] ?? null;
  const roles = (isList(value) ? value.items : []).map(roleOf);
  return roles.every((role) => role !== undefined) ? roles : undefined;
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

function roleFunction(name: string, parameter: string, read: (roles: readonly Role[]) => Result): EagerFunction {
  return {
    kind: "eager",
    name,
    parameters: [required(parameter, "list", { listedType: "Reference" })],
    run: (values) => {
      const roles = rolesAt(values);
      return roles === undefined
        ? failure("not-roles", `${name} takes app role assignments; give it [appRoleAssignments].`)
        : read(roles);
    },
  };
}

/** With several roles the first one counts. */
const single = roleFunction("SingleAppRoleAssignment", "appRoleAssignments", ([first]) =>
  first === undefined ? null : (first.value ?? first.displayName),
);

function complexRoles(name: string, nameMember: string): EagerFunction {
  return roleFunction(name, "appRoleAssignments", (roles) =>
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

const all = roleFunction("AppRoleAssignments", "source", (roles) =>
  list(roles.map((role) => role.value ?? role.displayName).filter((value) => value !== null)),
);

export const ROLE_FUNCTIONS = [single, complex, assertive, all] as const;
