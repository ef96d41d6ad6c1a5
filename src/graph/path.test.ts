import fc from "fast-check";
import { expect, test } from "vitest";
import { normalisePath } from "./path.ts";

test.each([
  ["/v1.0/users", "/v1.0/users"],
  ["/V1.0/Users/", "/v1.0/users"],
  ["/beta/USERS('a@example.com')", "/beta/users/a@example.com"],
  ["/v1.0/users('o''neil@example.com')", "/v1.0/users/o'neil@example.com"],
  ["/v1.0/users/x%23EXT%23@example.com", "/v1.0/users/x%23EXT%23@example.com"],
  ["/v1.0/users('$a@example.com')/manager/%24ref", "/v1.0/users/$a@example.com/manager/$ref"],
  ["/v1.0/servicePrincipals(appId='c46d1b07')", "/v1.0/servicePrincipals/c46d1b07"],
  [
    "/v1.0/serviceprincipals/s/synchronization/jobs/a.b.c/microsoft.graph.start",
    "/v1.0/servicePrincipals/s/synchronization/jobs/a.b.c/start",
  ],
  [
    "/v1.0/servicePrincipals/s/synchronization/jobs('a.b.c')/schema/filterOperators()",
    "/v1.0/servicePrincipals/s/synchronization/jobs/a.b.c/schema/filterOperators",
  ],
  ["/v1.0/directory/deleteditems/graph.user", "/v1.0/directory/deletedItems/microsoft.graph.user"],
  ["/v1.0/directory/deletedItems/microsoft.graph.group", "/v1.0/directory/deletedItems/microsoft.graph.group"],
  ["/v1.0/auditLogs/directoryaudits", "/v1.0/auditLogs/directoryAudits"],
  ["/v1.0//users//x", "/v1.0/users/x"],
  ["/v1.0/users/a%2Fb", "/v1.0/users/a%2Fb"],
  ["/lockstep/v1/apps/Users/jobs/", "/lockstep/v1/apps/Users/jobs"],
  ["/v1.0x/users", "/v1.0x/users"],
  ["/", "/"],
])("%s is routed as %s", (path, wanted) => {
  expect(normalisePath(path)).toBe(wanted);
});

test("whatever a path holds, it has one spelling, and a key in quotes stays the key", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (text) => {
      const once = normalisePath(`/v1.0/users/${encodeURIComponent(text.toWellFormed())}/manager`);
      expect(normalisePath(once)).toBe(once);
    }),
  );
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z'.@-]{1,20}$/), (key) => {
      const path = normalisePath(`/v1.0/users('${encodeURIComponent(key.replaceAll("'", "''"))}')`);
      expect(decodeURIComponent(path.slice("/v1.0/users/".length))).toBe(key);
    }),
  );
});
