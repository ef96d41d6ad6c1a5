import { type Caller, may } from "../caller.ts";
import type { Permission } from "../permissions.ts";

/** One place that the navigation leads to. */
export interface Section {
  readonly path: string;
  readonly label: string;
  /** Holding any of these shows the section; none: everybody sees it. */
  readonly needs: readonly Permission[];
}

const sections: readonly Section[] = [
  { path: "/users", label: "Users", needs: ["View all users"] },
  { path: "/roles", label: "Roles", needs: ["View roles"] },
  { path: "/account-groups", label: "Account groups", needs: [] },
  { path: "/settings", label: "SCIM settings", needs: ["View security & authentication settings"] },
  {
    path: "/activity",
    label: "Activity log",
    needs: [
      "View user activity in all account groups",
      "View activity log for all users in account group",
      "View own activity log",
    ],
  },
  { path: "/mail", label: "Mail", needs: [] },
  { path: "/drill", label: "Drill", needs: ["Edit security & authentication settings"] },
  { path: "/profile", label: "Profile", needs: [] },
];

/** The sections that somebody may use. Each decides for itself all the same. */
export const sectionsOf = (caller: Caller): readonly Section[] =>
  sections.filter(({ needs }) => needs.length === 0 || needs.some((permission) => may(caller, permission)));

const others = ["/assets", "/sign-in", "/sign-out", "/forgotten-password", "/links", "/session"];
const addresses = new Set([...others, ...sections.map(({ path }) => path)]);

/** True for the addresses of pages for people, which need no token and meet no fault of a drill. */
export const isPageAddress = (path: string): boolean => path === "/" || addresses.has(`/${path.split("/")[1]}`);
