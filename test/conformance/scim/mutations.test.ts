import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, inject, test } from "vitest";
import { type Mutation, mutations } from "./mutations.ts";
import { allRequirements } from "./requirements/index.ts";
import type { Outcome } from "./run.ts";

type Finding = { readonly problem: string } | { readonly clean: Outcome; readonly mutated: Outcome };

/** Two processes at a time; each loads the provider anew for every mutation that it has. */
const shares = 2;

const script = fileURLToPath(new URL("./mutant.ts", import.meta.url));

const findingsOf = (share: readonly Mutation[]): Promise<readonly Finding[]> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script], { stdio: ["pipe", "pipe", "pipe"] });
    const [told, complaints]: [string[], string[]] = [[], []];
    child.stdout.setEncoding("utf8").on("data", (text: string) => told.push(text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => complaints.push(text));
    child.on("error", reject);
    child.on("exit", (code) => {
      if (code !== 0) return reject(new Error(`mutant.ts ended with ${code}: ${complaints.join("")}`));
      resolve(
        told
          .join("")
          .trim()
          .split("\n")
          .map((line): Finding => JSON.parse(line)),
      );
    });
    child.stdin.end(JSON.stringify({ template: inject("databaseTemplate"), mutations: share }));
  });

const findings = new Map<Mutation, Finding>();
beforeAll(async () => {
  const parts = Array.from({ length: shares }, (_, part) => mutations.filter((_, index) => index % shares === part));
  const found = await Promise.all(parts.map(findingsOf));
  for (const [part, share] of parts.entries()) {
    for (const [index, mutation] of share.entries()) findings.set(mutation, found[part]![index]!);
  }
}, 300_000);

test("no mutation is listed twice, and they are spread over many requirements", () => {
  expect(mutations.length).toBeGreaterThanOrEqual(50);
  expect(new Set(mutations.map(({ file, find, replace }) => `${file} ${find} ${replace}`)).size).toBe(mutations.length);
  expect(new Set(mutations.map(({ fails }) => fails)).size).toBeGreaterThanOrEqual(50);
  const subjects = new Map(allRequirements.map(({ id, subject }) => [id, subject]));
  expect(new Set(mutations.map(({ fails }) => subjects.get(fails))).size).toBeGreaterThanOrEqual(15);
});

test.each(mutations)("$fails notices $replace in $file", (mutation) => {
  const finding = findings.get(mutation);
  if (finding === undefined || "problem" in finding) return expect.fail(finding?.problem ?? "it was not tried");
  const { clean, mutated } = finding;
  expect(clean).toEqual({ kind: "passed" });
  expect(mutated.kind).toBe("failed");
});
