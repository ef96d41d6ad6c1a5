import { createHash } from "node:crypto";
import { type RawBuilder, sql } from "kysely";
import {
  foldCase,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type ResourceType,
  readPath,
  schemasOf,
  schemaUrns,
} from "#scim";
import type { Stored } from "../provider/resource-store.ts";

/** Of whom a reference is shown: id, type and name. */
type Referred = readonly [id: string, type: string, display: string | null];

/** A resource as it is stored. `groups` and `members` are null where they were not asked for, and where there are none. */
export interface Row {
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  readonly body: JsonObject;
  readonly members: number;
  readonly memberList: readonly Referred[] | null;
  /** With true where the membership is direct. */
  readonly groupList: readonly (readonly [id: string, display: string | null, isDirect: boolean])[] | null;
}

/** Parts that cost a look into other tables. */
export interface Parts {
  readonly groups: boolean;
  readonly members: "all" | "none" | readonly string[];
}

// Each look into another table is a subquery of its own, which the planner cannot join: without figures it takes tables
// for small, and would read them whole for every row.

/** Groups above a resource, step by step; in a circle each comes once. */
const groupList = sql`(
  with recursive up (seq, direct) as (
    select m.group_seq, true from provider.member m where m.member_seq = r.seq
    union
    select m.group_seq, false from up cross join lateral (
      select group_seq from provider.member where member_seq = up.seq offset 0
    ) m
  )
  select json_agg((select json_build_array(g.id, g.display, u.direct) from provider.resource g where g.seq = u.seq) order by u.seq)
  from (select seq, bool_or(direct) as direct from up group by seq) u)`;

const allMembers = sql`(
  select json_agg((select json_build_array(m.id, m.type, m.display) from provider.resource m where m.seq = o.member_seq) order by o.position)
  from provider.member o where o.group_seq = r.seq)`;

const namedMembers = (ids: readonly string[]) => sql`(
  select json_agg(json_build_array(m.id, m.type, m.display)) from provider.resource m
  where m.id = any(${ids}::uuid[]) and (select true from provider.member o where o.group_seq = r.seq and o.member_seq = m.seq))`;

/** The columns of `provider.resource r` that make a `Row`. */
export const columns = ({ groups, members }: Parts): RawBuilder<unknown> => {
  const list = members === "all" ? allMembers : namedMembers(members === "none" ? [] : members);
  return sql`r.seq, r.id, r.type, r.version, r.created_at as "createdAt", r.modified_at as "modifiedAt", r.body, r.members,
    ${members === "none" ? sql`null` : sql`case when r.members > 0 then ${list} end`} as "memberList",
    ${groups ? sql`case when r.type = 'User' then ${groupList} end` : sql`null`} as "groupList"`;
};

const enterprise = schemaUrns.enterpriseUser;

/** Id of the user's manager; null when there is none. */
export const managerOf = (body: JsonObject): string | null => {
  const id = readPath(body, `${enterprise}:manager.value`);
  return typeof id === "string" ? id : null;
};

/** The id that a reference holds: its value, or else what its address ends with. */
const referredId = (item: JsonValue | undefined): string | undefined => {
  if (!isJsonObject(item)) return undefined;
  if (typeof item.value === "string" && item.value !== "") return item.value;
  return typeof item.$ref === "string" ? item.$ref.slice(item.$ref.lastIndexOf("/") + 1) : undefined;
};

const withBareManager = (container: JsonObject): JsonObject => {
  const { manager, ...rest } = container;
  const value = referredId(manager);
  return value === undefined ? rest : { ...rest, manager: { value } };
};

/** The resource's own part: without what the service derives. @returns the password apart, in clear text */
export const stripped = (
  resource: JsonObject,
): { readonly body: JsonObject; readonly members: readonly string[]; readonly password: string | undefined } => {
  const { id: _id, meta: _meta, groups: _groups, schemas: _schemas, members, password, ...rest } = resource;
  const container = rest[enterprise];
  const listed = isJsonArray(members) ? members : [];
  return {
    body: isJsonObject(container) ? { ...rest, [enterprise]: withBareManager(container) } : rest,
    members: [...new Set(listed.map((member) => referredId(member) ?? ""))],
    password: typeof password === "string" && password !== "" ? password : undefined,
  };
};

/** The name by which others show the resource. */
export const displayOf = (body: JsonObject): string | null => {
  const name = body.displayName ?? readPath(body, "name.formatted") ?? body.userName;
  return typeof name === "string" ? name : null;
};

/** What turns rows into resources. */
export interface Frame {
  readonly baseUrl: string;
  readonly types: readonly ResourceType[];
}

const locationOf = (frame: Frame, type: string, id: string): string => {
  const endpoint = frame.types.find((candidate) => candidate.name === type)?.endpoint ?? `/${type}`;
  return `${frame.baseUrl}${endpoint}/${id}`;
};

const versionOf = ({ version, groupList: groups }: Row): string => {
  if (groups === null) return `W/"${version}"`;
  const digest = createHash("sha256").update(JSON.stringify(groups)).digest("base64url").slice(0, 10);
  return `W/"${version}-${digest}"`;
};

const named = (display: string | null): JsonObject => (display === null ? {} : { display });

const withManager = (frame: Frame, body: JsonObject, names: ReadonlyMap<string, string | null>): JsonObject => {
  const container = body[enterprise];
  const id = managerOf(body);
  if (!isJsonObject(container) || id === null || !names.has(id)) return body;
  const displayName = names.get(id) ?? null;
  const manager = {
    value: id,
    $ref: locationOf(frame, "User", id),
    ...(displayName === null ? {} : { displayName }),
  };
  return { ...body, [enterprise]: { ...container, manager } };
};

/** @param managers names of the managers, by id */
export const storedOf = (frame: Frame, row: Row, managers: ReadonlyMap<string, string | null>): Stored => {
  const type = frame.types.find((candidate) => candidate.name === row.type);
  if (type === undefined) throw new TypeError(`there is no resource type ${row.type}`);
  const location = locationOf(frame, row.type, row.id);
  const version = versionOf(row);
  const body = withManager(frame, row.body, managers);
  const members: JsonValue[] | undefined = row.memberList?.map(([id, memberType, display]) => ({
    value: id,
    $ref: locationOf(frame, memberType, id),
    type: memberType,
    ...named(display),
  }));
  const groups: JsonValue[] | undefined = row.groupList?.map(([id, display, isDirect]) => ({
    value: id,
    $ref: locationOf(frame, "Group", id),
    ...named(display),
    type: isDirect ? "direct" : "indirect",
  }));
  const resource: JsonObject = {
    schemas: schemasOf(type, body),
    id: row.id,
    ...body,
    ...(members === undefined ? {} : { members }),
    ...(groups === undefined ? {} : { groups }),
    meta: {
      resourceType: row.type,
      created: row.createdAt.toISOString(),
      lastModified: row.modifiedAt.toISOString(),
      location,
      version,
    },
  };
  return { type, id: row.id, version, location, resource };
};

/** True for text that may be an id: ids are compared as they were given out. */
export const isId = (text: string): boolean =>
  /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) && text === foldCase(text);
