import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { codeOf, sentenceOf } from "#runtime";
import { StoreError } from "./errors.ts";

/**
 * Makes a data folder, for its owner only, with the folders above it where they are missing.
 * One folder at a time: Node.js' own recursion never ends below a file system that takes no folders, such as /proc.
 * @throws StoreError `FolderUnusable`
 */
export const makeFolder = (folder: string): void => {
  try {
    make(folder);
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error("it is a file"), { code: "ENOTDIR" });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new StoreError(
      "FolderUnusable",
      `The data folder ${folder} cannot be used (${reasonOf(cause)}). Name another with --data, or change who may write there.`,
      { facts: { folder }, cause },
    );
  }
};

const make = (folder: string): void => {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) make(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
};

const reasonOf = (cause: unknown): string => {
  switch (codeOf(cause)) {
    case "EACCES":
    case "EPERM":
      return "you may not write there";
    case "EROFS":
      return "it is on a read-only file system";
    case "ENOTDIR":
    case "EEXIST":
      return "there is a file of that name";
    case "ENOENT":
      return "no folder can be made there";
    case "ENOSPC":
      return "the disk is full";
    default:
      return sentenceOf(cause);
  }
};
