import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { codeOf } from "#runtime";
import { CliError, wrongUse } from "../problems.ts";
import type { Shell } from "../shell.ts";

const FOLDER = ".lockstep";

/**
 * The data folder that a command means: the one that was named, else `.lockstep` here or in a folder above, up to the root of the project
 * (the first folder with a package.json or a .git); where there is none yet, `.lockstep` here.
 * @throws CliError `WrongUse` for a name without a letter, which a variable that is not set leaves
 */
export const dataFolder = (named: string | undefined, cwd: string): string => {
  if (named?.trim() === "") throw wrongUse("--data names no folder. Name one, or leave it out.");
  if (named !== undefined) return resolve(cwd, named);
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, FOLDER))) return join(folder, FOLDER);
    const root = existsSync(join(folder, "package.json")) || existsSync(join(folder, ".git"));
    if (root || dirname(folder) === folder) return join(cwd, FOLDER);
  }
};

export interface ServerAddress {
  readonly url: URL;
  readonly token: string;
  /** What the caller hears when nobody answers there. */
  readonly absent: CliError;
}

/** A path as the caller would write it. */
const shown = (path: string, cwd: string): string => {
  const short = relative(cwd, path);
  return short === "" ? "." : short.startsWith("..") ? path : short;
};

const noServer = (data: string, cwd: string): CliError => {
  const folder = shown(data, cwd);
  return new CliError(
    "NoServer",
    `No server is running for ${folder}. Start one with: npx lockstep start --data ${folder}`,
    {
      facts: { data },
    },
  );
};

/** Finds the running server: by `--data`, else by LOCKSTEP_URL and LOCKSTEP_TOKEN, else by the data folder. Throws NoServer. */
export const findServer = async (
  named: string | undefined,
  shell: Pick<Shell, "env" | "cwd">,
): Promise<ServerAddress> => {
  const { LOCKSTEP_URL, LOCKSTEP_TOKEN } = shell.env;
  if (named === undefined && LOCKSTEP_URL !== undefined && LOCKSTEP_URL !== "") {
    if (!URL.canParse(LOCKSTEP_URL)) throw new CliError("WrongUse", `LOCKSTEP_URL is not a URL: ${LOCKSTEP_URL}`);
    if (LOCKSTEP_TOKEN === undefined || LOCKSTEP_TOKEN === "")
      throw new CliError(
        "WrongUse",
        "LOCKSTEP_URL is set, but LOCKSTEP_TOKEN is not; it holds the content of the server's token file.",
      );
    const url = new URL(LOCKSTEP_URL);
    const absent = new CliError(
      "NoServer",
      `No server answers at ${url.origin} (from LOCKSTEP_URL). Start it, or unset LOCKSTEP_URL.`,
    );
    return { url, token: LOCKSTEP_TOKEN.trim(), absent };
  }
  const data = dataFolder(named, shell.cwd);
  const absent = noServer(data, shell.cwd);
  const server = await readServerFile(join(data, "server.json"), absent);
  const tokenFile = server.tokenFile === undefined ? join(data, "token") : resolve(data, server.tokenFile);
  let token: string;
  try {
    token = (await readFile(tokenFile, "utf8")).trim();
  } catch (error) {
    if (codeOf(error) === "ENOENT") throw absent;
    throw new CliError(
      "FileUnreadable",
      `The token of the server cannot be read from ${tokenFile}: ${(error as Error).message}`,
    );
  }
  return { url: server.url, token, absent };
};

const readServerFile = async (
  file: string,
  absent: CliError,
): Promise<{ readonly url: URL; readonly tokenFile: string | undefined }> => {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") throw absent;
    throw new CliError("FileUnreadable", `${file} cannot be read: ${(error as Error).message}`);
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw absent;
  }
  const { url, tokenFile } = (content ?? {}) as { url?: unknown; tokenFile?: unknown };
  if (typeof url !== "string" || !URL.canParse(url)) throw absent;
  return { url: new URL(url), tokenFile: typeof tokenFile === "string" ? tokenFile : undefined };
};
