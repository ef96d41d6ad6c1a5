import { Octokit } from "@octokit/core";
import { enterpriseCloud } from "@octokit/plugin-enterprise-cloud";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JsonObject, Mode } from "#scim";
import { type GenericClient, openTestGeneric } from "#test/generic-client.ts";

// GitHub's own client for the SCIM service of GitHub Enterprise Cloud: none of its requests is written here.

interface Answered {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the client's types know GitHub's answers only
  readonly data: any;
}
type Call = (parameters: JsonObject) => Promise<Answered>;

let sandbox: GenericClient;
beforeAll(async () => {
  sandbox = await openTestGeneric();
});
afterAll(() => sandbox.end());

/** The client's calls to an empty tenant. The enterprise in their paths is left out on the way: the token names the tenant. */
const openClient = async (
  tenant: string,
  mode: Mode,
): Promise<(name: string, parameters?: JsonObject) => Promise<Answered>> => {
  const token = await sandbox.issueToken({ tenant: `${tenant} ${mode}`, mode });
  const octokit = new (Octokit.plugin(enterpriseCloud))({
    baseUrl: sandbox.baseUrl.replace(/\/scim\/v2$/, ""),
    request: {
      fetch: (url: string, init: RequestInit) => fetch(url.replace("/enterprises/example", ""), init),
    },
  });
  octokit.hook.before("request", (options) => {
    options.headers = {
      ...options.headers,
      accept: "application/scim+json",
      authorization: `Bearer ${token}`,
    };
  });
  const calls = octokit.enterpriseAdmin as unknown as Readonly<Record<string, Call>>;
  return (name, parameters = {}) => {
    const call = calls[name];
    if (call === undefined) throw new TypeError(`the client has no ${name}`);
    return call({ enterprise: "example", ...parameters });
  };
};

const userUrn = "urn:ietf:params:scim:schemas:core:2.0:User";
const groupUrn = "urn:ietf:params:scim:schemas:core:2.0:Group";
const patchUrn = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const person = (name: string): JsonObject => ({
  schemas: [userUrn],
  userName: `${name}@contoso.example`,
  externalId: `hr-${name}`,
  active: true,
  displayName: name,
  name: { givenName: name, familyName: "Lind" },
  emails: [{ value: `${name}@contoso.example`, type: "work", primary: true }],
  roles: [{ value: "user", primary: true }],
});

test.each<Mode>(["strict", "compat"])(
  "GitHub's client creates, finds, changes and removes users in %s mode",
  async (mode) => {
    const client = await openClient("users", mode);
    const mira = await client("provisionEnterpriseUser", person("mira"));
    expect(mira).toMatchObject({ status: 201, data: { ...person("mira"), id: expect.any(String) } });
    await client("provisionEnterpriseUser", person("tomas"));
    await expect(client("provisionEnterpriseUser", person("MIRA"))).rejects.toMatchObject({
      status: 409,
      response: { data: { scimType: "uniqueness" } },
    });

    const filter = 'userName eq "mira@contoso.example"';
    const found = await client("listProvisionedIdentitiesEnterprise", { filter, startIndex: 1, count: 10 });
    expect(found.data).toMatchObject({ totalResults: 1, startIndex: 1, Resources: [{ id: mira.data.id }] });

    const scim_user_id = mira.data.id as string;
    const changed = await client("updateAttributeForEnterpriseUser", {
      scim_user_id,
      schemas: [patchUrn],
      Operations: [
        { op: "replace", path: "active", value: false },
        { op: "replace", path: 'emails[type eq "work"].value', value: "mira.lind@contoso.example" },
        { op: "add", path: "title", value: "Analyst" },
        { op: "remove", path: "roles" },
      ],
    });
    expect(changed.status).toBe(200);
    const { data } = await client("getProvisioningInformationForEnterpriseUser", { scim_user_id });
    expect(data).toMatchObject({
      active: false,
      title: "Analyst",
      emails: [{ value: "mira.lind@contoso.example", type: "work", primary: true }],
    });
    expect(data).not.toHaveProperty("roles");

    const replaced = await client("setInformationForProvisionedEnterpriseUser", { scim_user_id, ...person("mira") });
    expect(replaced).toMatchObject({ status: 200, data: { active: true, emails: person("mira").emails } });
    expect(replaced.data).not.toHaveProperty("title");

    expect(await client("deleteUserFromEnterprise", { scim_user_id })).toMatchObject({ status: 204 });
    await expect(client("getProvisioningInformationForEnterpriseUser", { scim_user_id })).rejects.toMatchObject({
      status: 404,
    });
    const left = await client("listProvisionedIdentitiesEnterprise");
    expect(left.data.Resources.map(({ userName }: { userName: string }) => userName)).toEqual([
      "tomas@contoso.example",
    ]);
  },
);

test.each<Mode>(["strict", "compat"])("GitHub's client keeps a group's members in %s mode", async (mode) => {
  const client = await openClient("groups", mode);
  const ids: string[] = [];
  for (const name of ["mira", "tomas", "aiko"]) {
    ids.push((await client("provisionEnterpriseUser", person(name))).data.id);
  }
  const [mira = "", tomas = "", aiko = ""] = ids;
  const made = await client("provisionEnterpriseGroup", {
    schemas: [groupUrn],
    displayName: "Operations",
    externalId: "ops",
    members: [{ value: mira }],
  });
  expect(made).toMatchObject({ status: 201, data: { displayName: "Operations", members: [{ value: mira }] } });
  const scim_group_id = made.data.id as string;
  const change = (...Operations: JsonObject[]) =>
    client("updateAttributeForEnterpriseGroup", { scim_group_id, schemas: [patchUrn], Operations });
  const members = async (): Promise<readonly string[]> => {
    const { data } = await client("getProvisioningInformationForEnterpriseGroup", { scim_group_id });
    return (data.members ?? []).map(({ value }: { value: string }) => value).sort();
  };

  await change({ op: "add", path: "members", value: [{ value: tomas }, { value: aiko }] });
  expect(await members()).toEqual([mira, tomas, aiko].sort());
  await change({ op: "remove", path: `members[value eq "${mira}"]` });
  expect(await members()).toEqual([tomas, aiko].sort());
  await change({ op: "replace", path: "displayName", value: "Field Operations" });
  const found = await client("listProvisionedGroupsEnterprise", {
    filter: 'displayName eq "field operations"',
    excludedAttributes: "members",
  });
  expect(found.data).toMatchObject({ totalResults: 1, Resources: [{ id: scim_group_id, externalId: "ops" }] });
  expect(found.data.Resources[0]).not.toHaveProperty("members");

  const whole = { schemas: [groupUrn], displayName: "Field Operations", externalId: "ops", members: [{ value: mira }] };
  await client("setInformationForProvisionedEnterpriseGroup", { scim_group_id, ...whole });
  expect(await members()).toEqual([mira]);
  expect(await client("deleteScimGroupFromEnterprise", { scim_group_id })).toMatchObject({ status: 204 });
  expect((await client("listProvisionedIdentitiesEnterprise")).data.totalResults).toBe(3);
});
