import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBetterAuth } from "#test/foreign/better-auth.ts";
import { startScimmy } from "#test/foreign/scimmy.ts";
import { openTestGeneric } from "#test/generic-client.ts";
import { openTestSandbox } from "#test/sandbox-client.ts";
import { run } from "../src/cli/test-shell.ts";

interface Subject {
  readonly baseUrl: string;
  readonly token: string;
  end(): Promise<unknown>;
}

const foreign = async (start: typeof startScimmy): Promise<Subject> => {
  const server = await start();
  return { ...server, end: () => server.close() };
};

const subjects: Readonly<Record<string, () => Promise<Subject>>> = {
  compat: () => openTestGeneric({ mode: "compat" }),
  strict: () => openTestGeneric({ mode: "strict" }),
  thousandeyes: () => openTestSandbox({ rateLimit: 240 }),
  scimmy: () => foreign(startScimmy),
  "better-auth": () => foreign(startBetterAuth),
};

const page = new URL("../docs/doctor.md", import.meta.url);
/** Run with UPDATE_DOCS=1 to write what the command prints into the page. */
const isUpdate = process.env.UPDATE_DOCS === "1";

const blockOf = (name: string): RegExp =>
  new RegExp(`(<!-- output of the doctor: ${name} -->\\n\\n\`\`\`console\\n)([\\s\\S]*?)(\`\`\`\\n)`);

/** Without what differs from run to run: how many reads the machine has done in the time. */
const lasting = (text: string): string =>
  text
    .replace(/\d+ reads in [\d.]+ seconds/g, "60 reads in 0.2 seconds")
    .replace(/with \d+ requests/g, "with 200 requests");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lockstep-doctor-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(Object.entries(subjects))("docs/doctor.md shows what the doctor prints of %s", async (name, open) => {
  const { baseUrl, token, end } = await open();
  const { code, out } = await run(["doctor", baseUrl, "--token", token, "--data", folder]);
  await end();
  expect(code).toBe(0);
  const address = "https://scim.example.com/v2";
  const printed = `$ npx lockstep doctor ${address} --token-file token.txt\n${out.replaceAll(baseUrl, address)}`;
  const text = readFileSync(page, "utf8");
  if (isUpdate)
    writeFileSync(
      page,
      text.replace(blockOf(name), (_, before, _old, after) => before + printed + after),
    );
  else expect(lasting(blockOf(name).exec(text)?.[2] ?? "")).toBe(lasting(printed));
});
