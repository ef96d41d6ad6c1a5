import { globSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";
import { expect, test } from "vitest";

interface Room {
  /** Doors that its files may import. */
  readonly rooms: readonly string[];
  /** Imports nothing of Node.js and no packages. */
  readonly pure?: true;
}

const KEEPERS = ["core", "scim", "runtime", "store"];

const TABLE: Readonly<Record<string, Room>> = {
  scim: { rooms: [], pure: true },
  graph: { rooms: [], pure: true },
  core: { rooms: ["scim"], pure: true },
  runtime: { rooms: [] },
  http: { rooms: ["runtime"] },
  store: { rooms: ["runtime"] },
  journal: { rooms: KEEPERS },
  directory: { rooms: [...KEEPERS, "journal"] },
  apps: { rooms: [...KEEPERS, "journal"] },
  access: { rooms: [...KEEPERS, "journal"] },
  notify: { rooms: [...KEEPERS, "journal"] },
  targets: { rooms: ["core", "scim", "graph", "http", "runtime"] },
  sources: { rooms: ["core", "scim", "graph", "http", "runtime", "directory"] },
  engine: { rooms: ["core", "scim", "targets", "directory", "apps", "journal", "notify", "store", "runtime"] },
  api: {
    rooms: [
      "engine",
      "sources",
      "directory",
      "apps",
      "journal",
      "access",
      "notify",
      "graph",
      "core",
      "runtime",
      "store",
    ],
  },
  sandbox: { rooms: ["scim", "store", "runtime"] },
  cli: { rooms: ["api/contract", "app", "runtime", "core/expressions"] },
  app: {
    rooms: [
      ...["scim", "graph", "core", "runtime", "http", "store", "journal", "directory", "apps", "access", "notify"],
      ...["targets", "sources", "engine", "api", "sandbox"],
    ],
  },
};

/** Packages that pure rooms may import all the same, and where. */
const EXCEPTIONS: readonly { readonly under: string; readonly name: string }[] = [
  { under: "src/core/expressions/", name: "re2js" },
];

const ROOT = new URL("../", import.meta.url);
const DOORS: Readonly<Record<string, string>> = JSON.parse(readFileSync(new URL("package.json", ROOT), "utf8")).imports;

/** Everything that a file imports: static, for its types only, re-exported, on demand, and as `import("…")` in types. Null is computed. */
function importsOf(file: string, source: string): readonly (string | null)[] {
  const { program, module, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]!.message}`);
  const literal = (text: string) => /^(["'])([^"'\\]*)\1$/.exec(text.trim())?.[2] ?? null;
  const names: (string | null)[] = module.staticImports.map((entry) => entry.moduleRequest.value);
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest } of entries) if (moduleRequest !== null) names.push(moduleRequest.value);
  }
  for (const { moduleRequest } of module.dynamicImports)
    names.push(literal(source.slice(moduleRequest.start, moduleRequest.end)));
  if (source.includes("import(")) {
    JSON.stringify(program, (_key, node) => {
      if (node?.type === "TSImportType") names.push(node.source?.value ?? null);
      return typeof node === "bigint" ? null : node;
    });
  }
  return names;
}

/** What is wrong with the imports of one file, a sentence each. */
function breaches(file: string, source: string): readonly string[] {
  const name = file.split("/")[1]!;
  const room = Object.hasOwn(TABLE, name) && file.split("/").length > 2 ? TABLE[name]! : null;
  if (room === null) return [`${file} is in no room of the table`];
  const isTest = file.endsWith(".test.ts");
  return importsOf(file, source).flatMap((specifier): string[] => {
    const breach = (why: string) => [`${file} imports ${specifier ?? "a computed name"}: ${why}`];
    if (specifier === null) return breach("nobody can check that");
    if (specifier.startsWith(".")) {
      const isInside = posix.join(posix.dirname(file), specifier).startsWith(`src/${name}/`);
      return isInside ? [] : breach("leaves the room; use the room's #name");
    }
    if (specifier.startsWith("#test/")) return isTest ? [] : breach("only tests may");
    if (specifier.startsWith("#")) {
      if (!Object.hasOwn(DOORS, specifier)) return breach("is no door");
      const door = specifier.slice(1);
      const target = door.split("/")[0]!;
      if (isTest) return [];
      if (target === name) return breach("inside a room, import by relative path");
      return room.rooms.includes(door) || room.rooms.includes(target) ? [] : breach(`${name} may not know ${target}`);
    }
    if (room.pure === undefined || isTest) return [];
    const isAllowed = EXCEPTIONS.some((exception) => specifier === exception.name && file.startsWith(exception.under));
    return isAllowed ? [] : breach(`${name} is pure`);
  });
}

/** A way from a room back to itself, or null. */
function circle(edges: Readonly<Record<string, readonly string[]>>): readonly string[] | null {
  const done = new Set<string>();
  const visit = (room: string, way: readonly string[]): readonly string[] | null => {
    if (way.includes(room)) return [...way.slice(way.indexOf(room)), room];
    if (done.has(room)) return null;
    for (const next of edges[room] ?? []) {
      const found = visit(next, [...way, room]);
      if (found !== null) return found;
    }
    done.add(room);
    return null;
  };
  for (const room of Object.keys(edges)) {
    const found = visit(room, []);
    if (found !== null) return found;
  }
  return null;
}

function filesUnder(folder: string): readonly string[] {
  return readdirSync(new URL(folder, ROOT), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? filesUnder(`${folder}${entry.name}/`)
      : entry.name.endsWith(".ts")
        ? [`${folder}${entry.name}`]
        : [],
  );
}

test("every import keeps to the table of rooms, and no file is overlooked", () => {
  const files = filesUnder("src/");
  const found = files.flatMap((file) => breaches(file, readFileSync(new URL(file, ROOT), "utf8")));
  expect(found).toEqual([]);
  expect(files.length).toBe(globSync("src/**/*.ts", { cwd: fileURLToPath(ROOT) }).length);
  expect(files.length).toBeGreaterThanOrEqual(150);
});

test("rooms know each other in no circle", () => {
  const edges = Object.fromEntries(
    Object.entries(TABLE).map(([name, { rooms }]) => [name, rooms.map((room) => room.split("/")[0]!)]),
  );
  expect(circle(edges)).toBeNull();
  expect(
    Object.values(edges)
      .flat()
      .filter((room) => !Object.hasOwn(TABLE, room)),
  ).toEqual([]);
  expect(circle({ ...edges, scim: ["app"] })).toEqual(["scim", "app", "scim"]);
});

test("a door is the index.ts of its folder", () => {
  for (const [specifier, path] of Object.entries(DOORS)) {
    if (specifier !== "#test/*") expect(path).toBe(`./src/${specifier.slice(1)}/index.ts`);
  }
  expect(Object.keys(DOORS).map((door) => door.slice(1).split("/")[0])).toEqual(
    expect.arrayContaining(["scim", "core", "engine", "api", "app"]),
  );
});

test.each([
  ["src/scim/a.ts", 'import { x } from "#core";'],
  ["src/scim/a.ts", 'import "node:fs";'],
  ["src/graph/a.ts", 'import type { Buffer } from "node:buffer";'],
  ["src/core/scope/a.ts", 'export { RE2JS } from "re2js";'],
  ["src/core/a.ts", 'const x = await import("zod");'],
  ["src/engine/a.ts", "const x = await import(name);"],
  ["src/engine/a.ts", 'let x: import("#sandbox").Tenant;'],
  ["src/engine/a.ts", 'export * from "#sources";'],
  ["src/engine/steps/a.ts", 'import { x } from "../../core/objects.ts";'],
  ["src/engine/a.ts", 'import { x } from "#core/decision/decide.ts";'],
  ["src/engine/a.ts", 'import { x } from "#engine";'],
  ["src/engine/a.ts", 'import { openTestStore } from "#test/database.ts";'],
  ["src/engine/a.test.ts", 'import { x } from "../core/objects.ts";'],
  ["src/sandbox/a.ts", 'import type { x } from "#core/expressions";'],
  ["src/cli/a.ts", 'import { x } from "#core";'],
  ["src/cli/a.ts", 'import { x } from "#api";'],
  ["src/api/a.ts", 'import { x } from "#targets";'],
  ["src/api/a.ts", 'import { x } from "#app";'],
  ["src/utilities/a.ts", ""],
  ["src/a.ts", ""],
])("%s may not say: %s", (file, source) => {
  expect(breaches(file, source)).toHaveLength(1);
});

test.each([
  ["src/core/expressions/a.ts", 'import { RE2JS } from "re2js";'],
  ["src/core/mapping/a.ts", 'import { x } from "../expressions/index.ts";'],
  ["src/core/a.test.ts", 'import { test } from "vitest"; import "fast-check"; import "node:fs"; import "#test/x.ts";'],
  ["src/engine/a.db.test.ts", 'import { x } from "#sandbox"; import { y } from "#engine";'],
  ["src/cli/a.ts", 'import { x } from "#core/expressions"; import { y } from "#api/contract"; import "node:fs";'],
  ["src/api/a.ts", 'import { x } from "#core/expressions"; import { Hono } from "hono";'],
])("%s may say: %s", (file, source) => {
  expect(breaches(file, source)).toEqual([]);
});
