import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { schemaUrns } from "#scim";
import {
  accessibilityProblems,
  looks,
  openBrowser,
  openPage,
  scrollsSideways,
  takePicture,
} from "#test/browser/browser.ts";
import { openTestSandbox, type SandboxClient } from "#test/sandbox-client.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const goTo = (page: Page, name: string) =>
  page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name }).click();
const heading = (page: Page) => page.locator("h1").innerText();
const said = (page: Page) => page.getByRole("status").innerText();

const scim = async (sandbox: SandboxClient, token: string, method = "GET", body?: unknown): Promise<number> => {
  const headers = { authorization: `Bearer ${token}` };
  return (await sandbox.call(method, "/Users", body, headers)).status;
};

const signIn = async (page: Page, sandbox: SandboxClient): Promise<void> => {
  await page.goto(sandbox.signInLink);
  await press(page, "Sign in");
};

/** What the browser notes of a page that was answered with a refusal, and of nothing else. */
const refusedAfter = async (page: Page, complaints: string[], act: () => Promise<unknown>): Promise<string> => {
  const noted = page.waitForEvent("console");
  await act();
  await noted;
  expect(complaints).toHaveLength(1);
  return complaints.pop() ?? "";
};

test("from the one-time link to signing out: password, token, users, settings, a drill, the log", async () => {
  const sandbox = await openTestSandbox();
  const { context, page, complaints } = await openPage(browser);

  await signIn(page, sandbox);
  expect(await heading(page)).toBe("Users");
  await goTo(page, "Profile");
  await page.getByLabel("New password").fill("short");
  expect(await refusedAfter(page, complaints, () => press(page, "Set the password"))).toContain("400");
  expect(await page.getByRole("alert").innerText()).toBe("A password needs at least 8 characters.");
  await page.getByLabel("New password").fill("Correct-Horse-1");
  await press(page, "Set the password");
  expect(await said(page)).toBe("Your password has changed, and your other sessions have ended.");

  await page.getByLabel("Name of the token").fill("Journey");
  await press(page, "Make a token");
  expect(await heading(page)).toBe("Your new token");
  const token = await page.locator(".secret").innerText();
  expect(await scim(sandbox, token)).toBe(200);
  await page.getByRole("link", { name: "Done" }).click();
  expect(await page.content()).not.toContain(token);
  const user = { schemas: [schemaUrns.user], userName: "mira@contoso.example", displayName: "Mira Lind" };
  expect(await scim(sandbox, token, "POST", user)).toBe(201);

  await goTo(page, "Users");
  await page.getByLabel("Search").fill("LIND");
  await press(page, "Search");
  expect(await page.getByRole("rowheader").allInnerTexts()).toEqual(["Mira Lind"]);
  await page.getByRole("link", { name: "Mira Lind" }).click();
  await page.getByLabel("Name").fill("Mira Berg");
  await page.getByLabel("E-mail, which is the login").fill("berg@contoso.example");
  await page.getByLabel("Add a role").selectOption("Account Admin");
  await press(page, "Save");
  expect(await said(page)).toBe("The user is saved.");
  expect(await page.locator("main").innerText()).toContain(
    "berg@contoso.example becomes the login when both mailboxes",
  );
  expect(await page.getByText("Account Admin in all account groups").count()).toBe(1);

  for (const turn of ["old", "new"]) {
    await goTo(page, "Mail");
    await page
      .locator("article", { hasText: turn === "old" ? "To mira@" : "To berg@" })
      .getByRole("link")
      .first()
      .click();
    await page.getByRole("button", { name: /Confirm/ }).click();
    expect(await heading(page)).toBe(turn === "old" ? "Confirmed" : "The new address holds");
    await page.goto(sandbox.web);
  }
  expect(await page.locator("main").innerText()).toContain("berg@contoso.example");

  await goTo(page, "SCIM settings");
  await page.getByLabel("disableAction").selectOption("remove");
  await press(page, "Save the switches");
  expect(await said(page)).toBe("The settings are saved and work from now on.");
  expect(await page.getByLabel("disableAction").inputValue()).toBe("remove");

  await goTo(page, "Drill");
  await page.getByRole("combobox", { name: "Fault" }).selectOption("500");
  await page.getByLabel("Number of requests").fill("2");
  await press(page, "Switch on");
  expect(await said(page)).toBe("The fault is on.");
  expect([await scim(sandbox, token), await scim(sandbox, token), await scim(sandbox, token)]).toEqual([500, 500, 200]);
  await goTo(page, "Drill");
  expect(await page.getByRole("row").nth(1).innerText()).toMatch(/500\s+Any method\s+2\s+Over/);
  await page.getByRole("button", { name: "Switch off 500" }).click();
  expect(await page.getByText("No fault is on.").count()).toBe(1);

  await goTo(page, "Activity log");
  await page.getByLabel("Event").selectOption("Drill met");
  await press(page, "Filter");
  expect(await page.getByRole("row").count()).toBe(3);
  await page.getByLabel("Event").selectOption("Settings changed");
  await press(page, "Filter");
  expect(await page.getByRole("row").allInnerTexts()).toEqual([
    expect.anything(),
    expect.stringContaining('disableAction = "remove"'),
  ]);

  await goTo(page, "Profile");
  await page.getByRole("button", { name: "Revoke Journey" }).click();
  expect(await said(page)).toContain("The token is revoked.");
  expect(await scim(sandbox, token)).toBe(401);

  await press(page, "Sign out");
  expect(await said(page)).toBe("You have signed out.");
  expect(await refusedAfter(page, complaints, () => page.goto(`${sandbox.web}users`))).toContain("401");
  expect(await heading(page)).toBe("Sign in");
  await page.getByLabel("E-mail").fill("admin@sandbox.example");
  await page.getByLabel("Password", { exact: true }).fill("Correct-Horse-1");
  await press(page, "Sign in");
  expect([await heading(page), complaints]).toEqual(["Users", []]);
  await context.close();
  await sandbox.end();
});

test("all of it works without scripts", async () => {
  const sandbox = await openTestSandbox();
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page, sandbox);
  await page.getByRole("link", { name: "Add a user" }).click();
  await page.getByLabel("E-mail").fill("nora@contoso.example");
  await press(page, "Add the user");
  expect(await said(page)).toBe("The user is added. The registration mail is under Mail.");
  await page.getByText("Remove the user …").click();
  await press(page, "Remove the user");
  expect([await said(page), await page.getByText("nora@").count()]).toEqual([
    "The user is removed from the organization.",
    0,
  ]);
  await context.close();
  await sandbox.end();
});

describe("every page, light and dark, wide and narrow", () => {
  let sandbox: SandboxClient;
  let paths: readonly string[];
  beforeAll(async () => {
    sandbox = await openTestSandbox({ rateLimit: 240 });
    const { context, page } = await openPage(browser);
    await signIn(page, sandbox);
    const people = [
      "Æsa Łęcka",
      "Ελένη Παπά",
      "東京 花子",
      "أمل حداد",
      "A name that is much longer than names usually are, so that it must be broken somewhere",
    ];
    for (const [index, displayName] of people.entries()) {
      const userName = `person-with-a-long-address-${index}@contoso-international.example`;
      expect((await sandbox.call("POST", "/Users", { schemas: [schemaUrns.user], userName, displayName })).status).toBe(
        201,
      );
    }
    await page.goto(`${sandbox.web}account-groups`);
    await page.getByLabel("Name").fill("Branch offices");
    await press(page, "Add");
    await page.goto(`${sandbox.web}roles/new`);
    await page.getByLabel("Name of the role").fill("Auditor");
    await page.getByLabel("View all users").check();
    await press(page, "Add the role");
    const roleAddress = (await page.getByRole("link", { name: "Auditor" }).getAttribute("href")) ?? "";
    const builtIn = (await page.getByRole("link", { name: "Regular User" }).getAttribute("href")) ?? "";
    await page.goto(`${sandbox.web}account-groups`);
    const groupAddress = (await page.getByRole("link", { name: "Branch offices" }).getAttribute("href")) ?? "";
    await page.goto(`${sandbox.web}users/new`);
    await page.getByLabel("E-mail").fill("nora@contoso.example");
    await page.getByLabel("Name", { exact: true }).fill("Nora Falk");
    await press(page, "Add the user");
    const userAddress = new URL(page.url()).pathname;
    await page.getByLabel("E-mail").fill("falk@contoso.example");
    await press(page, "Save");
    await context.close();
    paths = [
      "users",
      userAddress,
      "users?search=nobody",
      "users/new",
      "roles",
      roleAddress,
      builtIn,
      "roles/new",
      "account-groups",
      groupAddress,
      "settings",
      "activity",
      "mail",
      "mail?to=x",
      "drill",
      "profile",
    ];
  });
  afterAll(() => sandbox.end());

  test.each(looks)("$name", async (look) => {
    sandbox = await sandbox.reopen();
    // Some sixty pictures of whole pages are more than one browser takes.
    const fresh = await openBrowser();
    const { page, complaints } = await openPage(fresh, look);
    const fault = { method: null, path: null, times: 2, retryAfterSeconds: null, delayMilliseconds: null };
    sandbox.drill.add({ ...fault, kind: "500" });
    sandbox.drill.add({ ...fault, kind: "503", path: "/Groups", times: null, retryAfterSeconds: 5 });
    expect(await scim(sandbox, sandbox.token)).toBe(500);
    const judge = async (name: string) => {
      await takePicture(page, `sandbox-${name}-${look.name}`);
      expect({
        name,
        problems: await accessibilityProblems(page),
        sideways: await scrollsSideways(page),
        complaints: complaints.splice(0),
      }).toEqual({
        name,
        problems: [],
        sideways: false,
        complaints: [],
      });
    };
    await page.goto(sandbox.web);
    await judge("sign-in");
    await page.goto(`${sandbox.web}forgotten-password`);
    await judge("forgotten-password");
    await page.goto(sandbox.signInLink);
    await judge("link");
    await press(page, "Sign in");
    for (const path of paths) {
      await page.goto(new URL(path, sandbox.web).href);
      await judge(
        path
          .replace(/^\//, "")
          .replaceAll(/[0-9a-f]{8}-[0-9a-f-]+/g, "one")
          .replaceAll(/\W+/g, "-"),
      );
    }
    await page.goto(`${sandbox.web}profile`);
    await page.getByLabel("Name of the token").fill(look.name);
    await press(page, "Make a token");
    await judge("new-token");
    await page.goto(`${sandbox.web}drill`);
    await page.getByLabel("Retry-After").fill("5");
    expect(await refusedAfter(page, complaints, () => press(page, "Switch on"))).toContain("400");
    expect(await page.getByLabel("Retry-After").inputValue()).toBe("5");
    await judge("refused");
    await fresh.close();
  });
});
