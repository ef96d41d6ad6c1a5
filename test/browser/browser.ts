import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { inject } from "vitest";

/** Screenshots for people to look at; nothing compares them. */
const pictures = fileURLToPath(new URL("../../node_modules/.cache/lockstep/pictures/", import.meta.url));

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Opens a browser that speaks to this machine alone. */
export const openBrowser = (): Promise<Browser> => {
  const { executable, fontsFile } = inject("browser");
  return chromium.launch({
    executablePath: executable,
    env: { ...process.env, FONTCONFIG_FILE: fontsFile },
    args: [
      "--no-sandbox",
      "--disable-dev-shm-usage",
      "--font-render-hinting=none",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
};

/** Every way in which a page is looked at. */
export const looks = (["light", "dark"] as const).flatMap((colorScheme) =>
  (
    [
      ["wide", 1280, 800],
      ["narrow", 390, 844],
    ] as const
  ).map(([width, columns, rows]) => ({
    name: `${colorScheme}-${width}`,
    options: { colorScheme, viewport: { width: columns, height: rows }, reducedMotion: "reduce" as const },
  })),
);

export type Look = (typeof looks)[number];

/** Opens a page that fails the test on anything that the browser complains of. */
export const openPage = async (browser: Browser, look: Look = looks[0]!) => {
  const context: BrowserContext = await browser.newContext(look.options);
  const page: Page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return { context, page, complaints };
};

/** Takes a picture of the whole page. @returns where it is */
export const takePicture = async (page: Page, name: string): Promise<string> => {
  mkdirSync(pictures, { recursive: true });
  const path = join(pictures, `${name}.png`);
  await page.screenshot({ path, fullPage: true });
  return path;
};

/** What axe finds wrong with the page as it stands, a line each. */
export const accessibilityProblems = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(axe);
  const found: unknown = await page.evaluate("axe.run().then(({ violations }) => violations)");
  const violations = found as readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
  return violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help} (${nodes
        .map(({ html }) => html)
        .join(", ")
        .slice(0, 300)})`,
  );
};

/** True when the page can be scrolled sideways as a whole, which no page should be. */
export const scrollsSideways = (page: Page): Promise<boolean> =>
  page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth");
