import type { HelpByName } from "./entry.ts";

const WHICH_ROLES =
  "The roles are those by which the person reaches the app, directly and through groups. Default Access is among them only where the app's template provisions it. Under “sync all users”, somebody without an assignment has none.";
const ONLY_ROLES = "Give it `[appRoleAssignments]` and nothing else: any text counts as a role of that name.";

const ADMIN = { value: "Admin", displayName: "Admin" };
const USER = { value: "User", displayName: "User" };

export const ROLES_HELP: HelpByName = {
  SingleAppRoleAssignment: {
    summary: "Gives the name of the app role that a person has.",
    result: "text",
    parameters: { appRoleAssignments: "the attribute `[appRoleAssignments]`" },
    nulls: "Null and a list without roles give null. An empty text counts as a role without a name.",
    emptied: ["SingleAppRoleAssignment([x])"],
    notes: [
      'Map it to `roles[primary eq "True"].value` or to a plain attribute of the target.',
      "It is meant for people with exactly one role. With several, the first one counts, and which one comes first is not defined.",
      WHICH_ROLES,
      ONLY_ROLES,
    ],
    examples: [
      {
        expression: "SingleAppRoleAssignment([appRoleAssignments])",
        attributes: { appRoleAssignments: [ADMIN] },
        gives: { value: "Admin" },
      },
      {
        expression: "SingleAppRoleAssignment([appRoleAssignments])",
        attributes: { appRoleAssignments: [USER, ADMIN] },
        gives: { value: "User" },
        note: "the first one, not the one with the most rights",
      },
      {
        expression: "SingleAppRoleAssignment([appRoleAssignments])",
        attributes: { appRoleAssignments: [] },
        gives: { value: null },
        note: "no role",
      },
    ],
    seeAlso: ["AppRoleAssignments", "AppRoleAssignmentsComplex", "AssertiveAppRoleAssignmentsComplex"],
  },
  AppRoleAssignmentsComplex: {
    summary: "Gives all app roles as SCIM role objects that are named by `displayName`.",
    result: "list of role objects",
    parameters: { appRoleAssignments: "the attribute `[appRoleAssignments]`" },
    nulls: "Null gives null, a list without roles stays one. An empty text counts as a role without a name.",
    emptied: ["AppRoleAssignmentsComplex([x])"],
    notes: [
      "Map it to a multi-valued `roles` attribute of the target.",
      "Each object has `primary` (always false), `type`, `displayName` and `value`.",
      "Entra only adds these roles to those that the account has. Where roles must be taken away too, use AssertiveAppRoleAssignmentsComplex.",
      WHICH_ROLES,
      ONLY_ROLES,
    ],
    examples: [
      {
        expression: "AppRoleAssignmentsComplex([appRoleAssignments])",
        attributes: { appRoleAssignments: [ADMIN] },
        gives: {
          value: [{ primary: false, type: "WindowsAzureActiveDirectoryRole", displayName: "Admin", value: "Admin" }],
        },
      },
      {
        expression: "AppRoleAssignmentsComplex([appRoleAssignments])",
        attributes: { appRoleAssignments: [] },
        gives: { value: [] },
        note: "no role",
      },
    ],
    seeAlso: ["AssertiveAppRoleAssignmentsComplex", "AppRoleAssignments", "SingleAppRoleAssignment"],
  },
  AssertiveAppRoleAssignmentsComplex: {
    summary: "Gives all app roles as SCIM role objects that are named by `display`.",
    result: "list of role objects",
    parameters: { appRoleAssignments: "the attribute `[appRoleAssignments]`" },
    nulls: "Null gives null, a list without roles stays one. An empty text counts as a role without a name.",
    emptied: ["AssertiveAppRoleAssignmentsComplex([x])"],
    notes: [
      "Map it to a multi-valued `roles` attribute of the target. It is the form to choose for several roles: roles that the account has beyond these are taken away.",
      "Each object has `primary` (always false), `type`, `display` and `value`. `display` is SCIM's own name for it.",
      WHICH_ROLES,
      ONLY_ROLES,
    ],
    examples: [
      {
        expression: "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])",
        attributes: { appRoleAssignments: [ADMIN] },
        gives: {
          value: [{ primary: false, type: "WindowsAzureActiveDirectoryRole", display: "Admin", value: "Admin" }],
        },
      },
      {
        expression: "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])",
        attributes: { appRoleAssignments: [] },
        gives: { value: [] },
        note: "no role",
      },
    ],
    seeAlso: ["AppRoleAssignmentsComplex", "AppRoleAssignments", "SingleAppRoleAssignment"],
  },
  AppRoleAssignments: {
    summary: "Gives the names of all app roles that a person has.",
    result: "list of texts",
    parameters: { source: "the attribute `[appRoleAssignments]`" },
    nulls: "Null gives null, a list without roles stays one. An empty text counts as a role without a name.",
    emptied: ["AppRoleAssignments([x])"],
    notes: [
      "Map it to a multi-valued text attribute, or put Join around it for a single-valued one.",
      "Entra lists it among the functions but does not document its result; the names are Lockstep's reading.",
      WHICH_ROLES,
      ONLY_ROLES,
    ],
    examples: [
      {
        expression: "AppRoleAssignments([appRoleAssignments])",
        attributes: { appRoleAssignments: [ADMIN, USER] },
        gives: { value: ["Admin", "User"] },
      },
      {
        expression: 'Join(",", AppRoleAssignments([appRoleAssignments]))',
        attributes: { appRoleAssignments: [ADMIN, USER] },
        gives: { value: "Admin,User" },
        note: "as one text",
      },
      {
        expression: 'IIF(InStr(Join(",", AppRoleAssignments([appRoleAssignments])), "Admin") > 0, "admin", "user")',
        attributes: { appRoleAssignments: [USER, ADMIN] },
        gives: { value: "admin" },
        note: "whether somebody has a role, in whatever order",
      },
    ],
    seeAlso: ["SingleAppRoleAssignment", "AppRoleAssignmentsComplex", "Join"],
  },
};
