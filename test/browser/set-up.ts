import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { decompress } from "wawoff2";

declare module "vitest" {
  export interface ProvidedContext {
    browser: { readonly executable: string; readonly fontsFile: string };
  }
}

const nodeModules = fileURLToPath(new URL("../../node_modules/", import.meta.url));
const scripts = [
  "noto-sans-arabic",
  "noto-sans-jp",
  "noto-sans-kr",
  "noto-sans-sc",
  "noto-sans-devanagari",
  "noto-sans-thai",
];
const emoji = "@expo-google-fonts/noto-color-emoji/400Regular/NotoColorEmoji_400Regular.ttf";

const versionOf = (name: string): string =>
  (JSON.parse(readFileSync(join(nodeModules, name, "package.json"), "utf8")) as { version: string }).version;

/** The browser does not read woff2 as a system font, so each becomes what it can read. */
const unpackFonts = async (folder: string): Promise<void> => {
  const fonts = join(folder, "scripts");
  mkdirSync(fonts);
  for (const script of scripts) {
    const files = join(nodeModules, "@fontsource-variable", script, "files");
    for (const file of readdirSync(files).filter((name) => name.endsWith("-wght-normal.woff2"))) {
      writeFileSync(join(fonts, file.replace(/woff2$/, "ttf")), await decompress(readFileSync(join(files, file))));
    }
  }
  writeFileSync(join(fonts, "emoji.ttf"), readFileSync(join(nodeModules, emoji)));
};

const unpackBrowser = async (folder: string): Promise<void> => {
  // The package unpacks into the system's temporary folder and takes any file of its name that it finds there.
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    const { default: chromium } = await import("@sparticuz/chromium");
    await chromium.executablePath();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
};

/** Unpacks the browser and fonts for every script once, into a folder named by their versions. */
export default async function setup(project: TestProject): Promise<void> {
  const versions = ["@sparticuz/chromium", "@fontsource-variable/noto-sans-jp"].map(versionOf);
  const cache = join(nodeModules, ".cache", "lockstep");
  const folder = join(cache, `browser-${versions.join("-")}`);
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true });
    const made = mkdtempSync(join(cache, "unpacking-"));
    await unpackBrowser(made);
    await unpackFonts(made);
    try {
      renameSync(made, folder);
    } catch {
      // Another run was faster.
      rmSync(made, { recursive: true, force: true });
    }
  }
  const fontsFile = join(folder, "fonts.conf");
  const places = [
    join(folder, "scripts"),
    ...readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.ttf$/i.test(name) && !name.startsWith("scripts/"))
      .map((name) => dirname(join(folder, name))),
  ];
  const config = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${[...new Set(places)]
    .map((place) => `<dir>${place}</dir>`)
    .join("")}<cachedir>${join(folder, "font-cache")}</cachedir></fontconfig>`;
  if (!existsSync(fontsFile) || readFileSync(fontsFile, "utf8") !== config) writeFileSync(fontsFile, config);
  project.provide("browser", { executable: join(folder, "chromium"), fontsFile });
}
