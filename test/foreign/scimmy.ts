import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";
import type { JsonObject } from "#scim";
import type { ForeignServer } from "./foreign-server.ts";

const token = "foreign-token-of-scimmy-1234567890";

interface Stored {
  readonly id: string;
  readonly value: Record<string, unknown>;
}

/** The resources of one type in memory, whose names are unique in any letter case. */
const openShelf = (name: "userName" | "displayName") => {
  const stored = new Map<string, Stored>();
  const nameOf = (value: Record<string, unknown>) => String(value[name] ?? "").toLowerCase();
  return {
    clear: () => stored.clear(),
    all: () => [...stored.values()].map(({ value }) => value),
    write: (id: string | undefined, instance: object): Record<string, unknown> => {
      const given = JSON.parse(JSON.stringify(instance)) as Record<string, unknown>;
      if (id !== undefined && !stored.has(id)) throw missing(id);
      const taken = [...stored.values()].some((other) => other.id !== id && nameOf(other.value) === nameOf(given));
      if (taken) throw new SCIMMY.Types.Error(409, "uniqueness", `${name} is taken`);
      const known = id ?? randomUUID();
      const value = { ...given, id: known };
      stored.set(known, { id: known, value });
      return value;
    },
    read: ({ id, filter }: { readonly id?: string; readonly filter?: { match(values: object[]): object[] } }) => {
      if (id !== undefined) {
        const found = stored.get(id);
        if (found === undefined) throw missing(id);
        return found.value;
      }
      const all = [...stored.values()].map(({ value }) => value);
      return filter === undefined ? all : filter.match(all);
    },
    remove: (id: string | undefined) => {
      if (id === undefined || !stored.delete(id)) throw missing(String(id));
    },
  };
};

const missing = (id: string) => new SCIMMY.Types.Error(404, null as never, `Resource ${id} not found`);

const users = openShelf("userName");
const groups = openShelf("displayName");
let isDeclared = false;

/** What it serves is declared once for the whole process. */
const declare = (): void => {
  if (isDeclared) return;
  isDeclared = true;
  SCIMMY.Resources.declare(SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false), {
    ingress: (resource: { id?: string }, instance: object) => users.write(resource.id, instance),
    egress: (resource: { id?: string }) => users.read(resource),
    degress: (resource: { id?: string }) => users.remove(resource.id),
  });
  SCIMMY.Resources.declare(SCIMMY.Resources.Group, {
    ingress: (resource: { id?: string }, instance: object) => groups.write(resource.id, instance),
    egress: (resource: { id?: string }) => groups.read(resource),
    degress: (resource: { id?: string }) => groups.remove(resource.id),
  });
};

/** SCIMMY behind its routers for Express, over resources in memory. */
export const startScimmy = async (): Promise<ForeignServer> => {
  declare();
  users.clear();
  groups.clear();
  const app = express();
  const handler = (request: express.Request): string => {
    if (request.header("authorization") === `Bearer ${token}`) return "lockstep";
    throw new Error("Authorization not detected!");
  };
  app.use("/scim", new SCIMMYRouters({ type: "bearer", handler }) as unknown as express.Router);
  const server = app.listen(0, "127.0.0.1");
  await new Promise<void>((done) => server.once("listening", () => done()));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/scim`,
    token,
    users: async () => users.all() as readonly JsonObject[],
    groups: async () => groups.all() as readonly JsonObject[],
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
};
