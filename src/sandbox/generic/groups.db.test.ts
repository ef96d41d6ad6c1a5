import { afterAll, beforeAll, expect, test } from "vitest";
import { messageUrns, schemaUrns } from "#scim";
import { type Call, type GenericClient, openTestGeneric } from "#test/generic-client.ts";

let sandbox: GenericClient;
let call: Call;
beforeAll(async () => {
  sandbox = await openTestGeneric({ mode: "strict" });
  call = sandbox.call;
});
afterAll(() => sandbox.end());

let made = 0;
const user = async (more: Record<string, unknown> = {}) => {
  made += 1;
  const userName = `person${made}@contoso.example`;
  const reply = await call("POST", "/Users", {
    schemas: [schemaUrns.user],
    userName,
    displayName: `P${made}`,
    ...more,
  });
  expect(reply.status).toBe(201);
  return reply.body;
};
const group = async (...members: readonly { id: string }[]) => {
  made += 1;
  const body = {
    schemas: [schemaUrns.group],
    displayName: `G${made}`,
    members: members.map(({ id }) => ({ value: id })),
  };
  const reply = await call("POST", "/Groups", body);
  expect([reply.status, reply.body]).toEqual([201, expect.anything()]);
  return reply.body;
};
const patch = (id: string, ...Operations: readonly unknown[]) =>
  call("PATCH", `/Groups/${id}`, { schemas: [messageUrns.patchOp], Operations });
const read = async (endpoint: string, { id }: { id: string }) => (await call("GET", `/${endpoint}/${id}`)).body;
const idsOf = (members: readonly { value: string }[] | undefined) => (members ?? []).map(({ value }) => value);
const list = async (query: string) => {
  const { status, body } = await call("GET", query);
  expect([status, body.detail]).toEqual([200, undefined]);
  return body.Resources.map(({ id }: { id: string }) => id);
};

test("members are shown with address, type and name, whatever the client said of them", async () => {
  const [person, inner] = [await user(), await group()];
  const reply = await call("POST", "/Groups", {
    schemas: [schemaUrns.group],
    displayName: "Mixed",
    members: [{ value: person.id, type: "Group", display: "Nobody" }, { $ref: inner.meta.location }],
  });
  expect(reply.body.members).toEqual([
    { value: person.id, $ref: person.meta.location, type: "User", display: person.displayName },
    { value: inner.id, $ref: inner.meta.location, type: "Group", display: inner.displayName },
  ]);
  await call("PATCH", `/Users/${person.id}`, {
    schemas: [messageUrns.patchOp],
    Operations: [{ op: "replace", path: "displayName", value: "Renamed" }],
  });
  expect((await read("Groups", reply.body)).members[0].display).toBe("Renamed");
});

test("a user shows the groups, direct and through other groups, round a circle too", async () => {
  const person = await user();
  const inner = await group(person);
  const middle = await group(inner);
  const outer = await group(middle, person);
  expect((await patch(inner.id, { op: "add", path: "members", value: [{ value: outer.id }] })).status).toBe(204);
  const { groups, meta } = await read("Users", person);
  const shown = (one: typeof inner, type: string) => ({
    value: one.id,
    $ref: one.meta.location,
    display: one.displayName,
    type,
  });
  expect(groups).toEqual([shown(inner, "direct"), shown(middle, "indirect"), shown(outer, "direct")]);
  expect(meta.version).not.toBe(person.meta.version);
  expect(meta.lastModified).toBe(person.meta.lastModified);
  const known = await call("GET", `/Users/${person.id}`, undefined, { "if-none-match": meta.version });
  expect(known.status).toBe(304);
  await patch(middle.id, { op: "remove", path: "members" });
  expect((await read("Users", person)).groups.map(({ type }: { type: string }) => type)).toEqual(["direct", "direct"]);
  expect((await call("GET", `/Users/${person.id}`, undefined, { "if-none-match": meta.version })).status).toBe(200);
});

test("who is deleted leaves the groups, and these change by that", async () => {
  const [gone, stays] = [await user(), await user()];
  const before = await group(gone, stays);
  const outer = await group(before);
  expect((await call("DELETE", `/Users/${gone.id}`)).status).toBe(204);
  const after = await read("Groups", before);
  expect(idsOf(after.members)).toEqual([stays.id]);
  expect(after.meta.version).toBe('W/"2"');
  expect((await call("DELETE", `/Groups/${before.id}`)).status).toBe(204);
  expect((await read("Groups", outer)).members).toBeUndefined();
  expect((await read("Users", stays)).groups).toBeUndefined();
});

test("members join, leave and are replaced, in the order of their joining", async () => {
  const people = [await user(), await user(), await user(), await user()] as const;
  const [a, b, c, d] = people;
  const { id } = await group(a, b);
  const members = async () => idsOf((await read("Groups", { id })).members);
  const value = (...those: readonly { id: string }[]) => those.map((one) => ({ value: one.id }));
  expect((await patch(id, { op: "add", path: "members", value: value(d, c, a) })).status).toBe(204);
  expect(await members()).toEqual([a.id, b.id, d.id, c.id]);
  await patch(id, { op: "remove", path: `members[value eq "${b.id}" or value eq "${d.id}"]` });
  expect(await members()).toEqual([a.id, c.id]);
  await patch(id, { op: "replace", path: "members", value: value(c, b) });
  expect(await members()).toEqual([c.id, b.id]);
  await patch(id, { op: "add", value: { members: value(d), displayName: "Pathless" } });
  expect(await members()).toEqual([c.id, b.id, d.id]);
  await patch(id, { op: "remove", path: 'members[type eq "User"]' });
  expect(await members()).toEqual([]);
  const put = await call("PUT", `/Groups/${id}`, { schemas: [schemaUrns.group], displayName: "P", members: value(a) });
  expect(idsOf(put.body.members)).toEqual([a.id]);
});

test("nobody is a member who is not there", async () => {
  const { id } = await group();
  const nobody = "00000000-0000-4000-8000-000000000000";
  for (const value of [nobody, "somebody", "", nobody.toUpperCase()]) {
    const reply = await patch(id, { op: "add", path: "members", value: [{ value }] });
    expect([value, reply.status, reply.body.scimType]).toEqual([value, 400, "invalidValue"]);
  }
  const posted = await call("POST", "/Groups", {
    schemas: [schemaUrns.group],
    displayName: "Ghosts",
    members: [{ value: nobody }],
  });
  expect([posted.status, posted.body.scimType]).toEqual([400, "invalidValue"]);
  expect(await list('/Groups?filter=displayName eq "Ghosts"')).toEqual([]);
  expect((await patch(id, { op: "remove", path: `members[value eq "${nobody}"]` })).status).toBe(204);
});

test("groups are found by their members, users by their groups", async () => {
  const [person, other] = [await user(), await user()];
  const inner = await group(person);
  const outer = await group(inner);
  for (const filter of [
    `members eq "${person.id}"`,
    `members.value eq "${person.id}"`,
    `members[value eq "${person.id}"]`,
  ]) {
    expect(await list(`/Groups?filter=${encodeURIComponent(filter)}`)).toEqual([inner.id]);
  }
  expect(await list(`/Groups?filter=id eq "${outer.id}" and members eq "${person.id}"`)).toEqual([]);
  expect(await list(`/Users?filter=groups.value eq "${outer.id}"`)).toEqual([person.id]);
  expect(await list(`/Users?filter=groups[value eq "${outer.id}" and type eq "direct"]`)).toEqual([]);
  expect(await list(`/Users?filter=id eq "${other.id}" and not (groups pr)`)).toEqual([other.id]);
  expect(await list(`/Groups?filter=members.display eq "${person.displayName}"`)).toEqual([inner.id]);
});

test("a group without its members is not asked for them", async () => {
  const person = await user();
  const { id } = await group(person);
  for (const query of ["excludedAttributes=members", "attributes=displayName"]) {
    const { body } = await call("GET", `/Groups/${id}?${query}`);
    expect([Object.hasOwn(body, "members"), body.displayName]).toEqual([false, expect.any(String)]);
  }
  const shown = await call("PATCH", `/Groups/${id}?attributes=members.value`, {
    schemas: [messageUrns.patchOp],
    Operations: [{ op: "replace", path: "displayName", value: "Shown" }],
  });
  expect([shown.status, shown.body.members]).toEqual([200, [{ value: person.id }]]);
});

test("a manager is shown with address and name while there is one", async () => {
  const boss = await user();
  const person = await user({ [schemaUrns.enterpriseUser]: { manager: { value: boss.id, displayName: "Made up" } } });
  const manager = { value: boss.id, $ref: boss.meta.location, displayName: boss.displayName };
  expect(person[schemaUrns.enterpriseUser]).toEqual({ manager });
  await call("DELETE", `/Users/${boss.id}`);
  expect((await read("Users", person))[schemaUrns.enterpriseUser]).toEqual({ manager: { value: boss.id } });
});

test("in compat group names are unique whatever their letter case, and a tenant cannot become so with two alike", async () => {
  const compat = await sandbox.tenant("names", "compat");
  const named = (displayName: string, of = compat) =>
    of("POST", "/Groups", { schemas: [schemaUrns.group], displayName });
  expect([(await named("Ops")).status, (await named("oPS")).status]).toEqual([201, 409]);
  const strict = await sandbox.tenant("names", "strict");
  expect((await named("oPS", strict)).status).toBe(201);
  await expect(sandbox.tenant("names", "compat")).rejects.toMatchObject({ code: "InvalidSettings" });
  const [, twin] = (await strict("GET", "/Groups")).body.Resources;
  await strict("DELETE", `/Groups/${twin.id}`);
  expect((await named("ops", await sandbox.tenant("names", "compat"))).status).toBe(409);
});

test("one member of ten thousand comes and goes without the others being written", async () => {
  const Operations = Array.from({ length: 1000 }, (_, index) => ({
    method: "POST",
    path: "/Users",
    bulkId: String(index),
    data: { schemas: [schemaUrns.user], userName: `crowd${index}@contoso.example` },
  }));
  const crowd: string[] = [];
  for (let round = 0; round < 10; round++) {
    const operations = Operations.map((one) => ({
      ...one,
      data: { ...one.data, userName: `${round}.${one.data.userName}` },
    }));
    const reply = await call("POST", "/Bulk", { schemas: [messageUrns.bulkRequest], Operations: operations });
    crowd.push(...reply.body.Operations.map(({ location }: { location: string }) => location.slice(-36)));
  }
  expect(new Set(crowd).size).toBe(10_000);
  const { id } = await group(...crowd.map((one) => ({ id: one })));
  const late = await user();
  const written = async () => {
    const { rows } = await sandbox.store.pool.query(
      `select max(position)::int as newest, count(*)::int as all from provider.member`,
    );
    return rows[0];
  };
  const before = await written();
  expect((await patch(id, { op: "add", path: "members", value: [{ value: late.id }] })).status).toBe(204);
  expect(await written()).toEqual({ newest: before.newest + 1, all: before.all + 1 });
  expect((await patch(id, { op: "remove", path: `members[value eq "${crowd[5000]}"]` })).status).toBe(204);
  expect(await written()).toEqual({ newest: before.newest + 1, all: before.all });
  const whole = await read("Groups", { id });
  expect(idsOf(whole.members)).toEqual([...crowd.toSpliced(5000, 1), late.id]);
  expect(whole.meta.version).toBe('W/"3"');
  const put = await call("PUT", `/Groups/${id}`, whole);
  expect([put.status, put.body.meta.version]).toEqual([200, 'W/"3"']);
});

test("who joins, leaves and is deleted at the same time is in no group that does not know of it", async () => {
  const people = await Promise.all(Array.from({ length: 12 }, () => user()));
  const groups = await Promise.all(Array.from({ length: 4 }, () => group(...people.slice(0, 6))));
  const statuses = await Promise.all([
    ...groups.flatMap(({ id }) =>
      people.map(({ id: value }) => patch(id, { op: "add", path: "members", value: [{ value }] })),
    ),
    ...people.slice(3, 9).map(({ id }) => call("DELETE", `/Users/${id}`)),
    ...groups.map(({ id }) => patch(id, { op: "replace", path: "displayName", value: `Renamed ${id}` })),
  ]);
  expect(new Set(statuses.map(({ status }) => status))).toEqual(
    expect.toSatisfy((seen: Set<number>) => ![...seen].some((status) => status >= 500)),
  );
  const staying = [...people.slice(0, 3), ...people.slice(9)].map(({ id }) => id).sort();
  for (const one of groups) {
    const { members } = await read("Groups", one);
    expect(idsOf(members).sort()).toEqual(staying);
  }
  const { rows } = await sandbox.store.pool.query(
    "select count(*)::int as wrong from provider.resource r where members <> (select count(*) from provider.member where group_seq = r.seq)",
  );
  expect(rows).toEqual([{ wrong: 0 }]);
});
