import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestApi, type TestApi } from "#test/api.ts";

let site: TestApi;
beforeAll(async () => {
  site = await openTestApi();
});
afterAll(() => site.close());

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const addUser = async (name: string, more: Readonly<Record<string, unknown>> = {}): Promise<string> => {
  const { body, status } = await site.ask("POST", "/v1.0/users", {
    accountEnabled: true,
    displayName: name,
    mailNickname: name.toLowerCase(),
    userPrincipalName: `${name.toLowerCase()}@example.com`,
    passwordProfile: { password: "dropped", forceChangePasswordNextSignIn: true },
    ...more,
  });
  expect(status).toBe(201);
  return body.id;
};

test("a user is created, read, changed, deleted and restored in Graph's form", async () => {
  const id = await addUser("Mira", { businessPhones: ["+1 555 0100"], officeLocation: "North 2" });
  expect(id).toMatch(guid);
  expect(site.engine.calls.at(-1)).toEqual(["wake", undefined]);

  const read = await site.ask("GET", `/v1.0/users('mira@EXAMPLE.com')`);
  expect(read.status).toBe(200);
  expect(read.headers.get("content-type")).toMatch(/^application\/json;odata\.metadata=minimal/);
  expect(read.body).toEqual({
    "@odata.context": `${site.api.url}/v1.0/$metadata#users/$entity`,
    businessPhones: ["+1 555 0100"],
    displayName: "Mira",
    givenName: null,
    id,
    jobTitle: null,
    mail: null,
    mobilePhone: null,
    officeLocation: "North 2",
    preferredLanguage: null,
    surname: null,
    userPrincipalName: "mira@example.com",
  });

  const patched = await site.ask("PATCH", `/beta/users/${id}`, {
    mobilePhone: "+1 555 0101",
    businessPhones: [],
    onPremisesExtensionAttributes: { extensionAttribute3: "blue" },
  });
  expect([patched.status, patched.text, patched.headers.get("content-type")]).toEqual([204, "", null]);
  const selected = await site.ask(
    "GET",
    `/v1.0/users/${id}?$select=businessPhones,mobilePhone,onPremisesExtensionAttributes,accountEnabled`,
  );
  expect(selected.body).toMatchObject({ businessPhones: [], mobilePhone: "+1 555 0101", accountEnabled: true });
  expect(selected.body.onPremisesExtensionAttributes.extensionAttribute3).toBe("blue");
  expect(selected.body.id).toBeUndefined();

  expect((await site.ask("DELETE", `/v1.0/Users/${id}/`)).status).toBe(204);
  const gone = await site.ask("GET", `/v1.0/users/${id}`);
  expect(gone.status).toBe(404);
  expect(gone.body.error).toMatchObject({
    code: "Request_ResourceNotFound",
    message: `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  });
  const deleted = await site.ask("GET", "/v1.0/directory/deletedItems/graph.user");
  expect(deleted.body.value.map((user: { id: string }) => user.id)).toEqual([id]);
  const restored = await site.ask("POST", `/v1.0/directory/deletedItems/${id}/microsoft.graph.restore`);
  expect([restored.status, restored.body["@odata.type"], restored.body.id]).toEqual([200, "#microsoft.graph.user", id]);

  await site.ask("DELETE", `/v1.0/users/${id}`);
  expect((await site.ask("DELETE", `/v1.0/directory/deletedItems/${id}`)).status).toBe(204);
  expect((await site.ask("GET", `/v1.0/directory/deletedItems/${id}`)).status).toBe(404);

  const { body } = await site.ask(
    "GET",
    `/v1.0/auditLogs/directoryaudits?$filter=targetResources/any(t:t/id eq '${id}')`,
  );
  expect(body.value.map((entry: { activityDisplayName: string }) => entry.activityDisplayName)).toEqual([
    "Hard delete user",
    "Delete user",
    "Restore user",
    "Delete user",
    "Update user",
    "Add user",
  ]);
  const update = body.value[4];
  expect(update.targetResources[0].modifiedProperties).toEqual(
    expect.arrayContaining([
      { displayName: "mobile", oldValue: null, newValue: "+1 555 0101" },
      { displayName: "telephoneNumber", oldValue: "+1 555 0100", newValue: null },
    ]),
  );
  expect(update.initiatedBy.user.ipAddress).toBe("127.0.0.1");
});

test("a name that is taken, an unknown property and a read-only one are refused in Graph's words", async () => {
  await addUser("Tomas");
  const taken = await site.ask("POST", "/v1.0/users", { displayName: "T", userPrincipalName: "TOMAS@example.com" });
  expect([taken.status, taken.body.error.code, taken.body.error.message]).toEqual([
    400,
    "Request_BadRequest",
    "Another object with the same value for property userPrincipalName already exists.",
  ]);
  expect(taken.body.error.details).toEqual([
    {
      code: "ObjectConflict",
      target: "userPrincipalName",
      message: "A conflicting object with one or more of the specified property values is present in the directory.",
    },
  ]);
  const before = site.engine.calls.length;
  const unknown = await site.ask("PATCH", "/v1.0/users/tomas@example.com", { jobtitle: "x" });
  expect([unknown.status, unknown.body.error.details[0].target]).toEqual([400, "jobtitle"]);
  expect(unknown.body.error.message).toContain("Did you mean 'jobTitle'?");
  const fixed = await site.ask("PATCH", "/v1.0/users/tomas@example.com", { id: "x" });
  expect([fixed.status, fixed.body.error.message]).toEqual([
    400,
    "Property 'id' is read-only and cannot be set. Leave it out.",
  ]);
  expect(site.engine.calls.length).toBe(before);
});

test("lists are paged, filtered and counted", async () => {
  for (let index = 10; index < 35; index += 1)
    await addUser(`Page${index}`, { department: index % 2 ? "odd" : "even" });
  const names: string[] = [];
  let url: string | undefined = `/v1.0/users?%24filter=startswith(displayName,'Page')&$top=10&$select=displayName`;
  let pages = 0;
  while (url !== undefined) {
    const { status, body } = await site.ask("GET", url);
    expect(status).toBe(200);
    expect(body.value.length).toBeLessThanOrEqual(10);
    names.push(...body.value.map((user: { displayName: string }) => user.displayName));
    url = body["@odata.nextLink"]?.replace(site.api.url, "");
    pages += 1;
  }
  expect(pages).toBe(3);
  expect(names.toSorted()).toEqual(Array.from({ length: 25 }, (_unused, index) => `Page${index + 10}`));

  const odd = await site.ask(
    "GET",
    "/v1.0/users?$filter=department eq 'odd' and not (displayName eq 'Page11')&$top=999",
  );
  expect(odd.body.value).toHaveLength(11);
  expect(odd.body["@odata.nextLink"]).toBeUndefined();
  const one = await site.ask("GET", "/v1.0/users?filter=userPrincipalName%20eq%20'PAGE12@example.com'");
  expect(one.body.value.map((user: { displayName: string }) => user.displayName)).toEqual(["Page12"]);
  const counted = await site.ask("GET", "/v1.0/users?$count=true&$top=1");
  expect(counted.body["@odata.count"]).toBeGreaterThanOrEqual(26);

  for (const [query, message] of [
    ["$top=1000", "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive."],
    ["$select=nothing", "Could not find a property named 'nothing' on type 'microsoft.graph.user'."],
    [
      "$filter=displayName eq",
      "Invalid filter clause: A value was expected, not end of the filter. (at character 15 of the filter)",
    ],
  ]) {
    const refused = await site.ask("GET", `/v1.0/users?${query}`);
    expect([refused.status, refused.body.error.message]).toEqual([400, message]);
  }
});

test("groups have members, and users managers", async () => {
  const [boss, worker] = [await addUser("Boss"), await addUser("Worker")];
  const created = await site.ask("POST", "/v1.0/groups", {
    displayName: "Night shift",
    mailEnabled: false,
    mailNickname: "night",
    securityEnabled: true,
    "members@odata.bind": [`https://graph.example.com/v1.0/users/${boss}`],
  });
  expect(created.status).toBe(201);
  const group = created.body.id;
  const reference = { "@odata.id": `${site.api.url}/v1.0/directoryObjects/${worker}` };
  expect((await site.ask("POST", `/v1.0/groups/${group}/members/$ref`, reference)).status).toBe(204);
  const again = await site.ask("POST", `/v1.0/groups/${group}/members/%24ref`, reference);
  expect([again.status, again.body.error.message]).toEqual([
    400,
    "One or more added object references already exist for the following modified properties: 'members'.",
  ]);
  const { body } = await site.ask("GET", `/v1.0/groups/${group}/members`);
  expect(body.value.map((member: Record<string, unknown>) => [member["@odata.type"], member.id]).toSorted()).toEqual(
    [boss, worker].map((id) => ["#microsoft.graph.user", id]).toSorted(),
  );
  const chosen = await site.ask("GET", `/v1.0/groups/${group}/members?$select=id,accountEnabled`);
  expect(chosen.body.value).toContainEqual({
    "@odata.type": "#microsoft.graph.user",
    id: worker,
    accountEnabled: true,
  });
  expect((await site.ask("DELETE", `/v1.0/groups/${group}/members/${worker}`)).status).toBe(405);
  expect((await site.ask("DELETE", `/v1.0/groups/${group}/members/${worker}/$ref`)).status).toBe(204);
  expect((await site.ask("DELETE", `/v1.0/groups/${group}/members/${worker}/$ref`)).status).toBe(404);
  expect((await site.ask("GET", `/v1.0/users/${boss}/memberOf`)).body.value).toMatchObject([{ id: group }]);

  expect((await site.ask("GET", `/v1.0/users/${worker}/manager`)).status).toBe(404);
  const manager = { "@odata.id": `https://graph.example.com/beta/users('${boss}')` };
  expect((await site.ask("PUT", `/v1.0/users/${worker}/manager/$ref`, manager)).status).toBe(204);
  expect((await site.ask("GET", `/v1.0/users/${worker}/manager`)).body).toMatchObject({
    "@odata.type": "#microsoft.graph.user",
    id: boss,
  });
  expect((await site.ask("GET", `/v1.0/users/${boss}/directReports`)).body.value).toMatchObject([{ id: worker }]);
  expect((await site.ask("DELETE", `/v1.0/users/${worker}/manager/$ref`)).status).toBe(204);
  expect((await site.ask("GET", `/v1.0/users/${worker}/manager`)).status).toBe(404);
});
