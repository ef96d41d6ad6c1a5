import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import type {
  DoctorLine,
  DoctorRequest,
  Examination,
  ExaminationProgress,
  Leftovers,
  TargetCredentials,
} from "#api/contract";
import { wholeNumber } from "../arguments.ts";
import { findApp } from "../client/apps.ts";
import { connect, path } from "../client/client.ts";
import { dataFolder } from "../client/find-server.ts";
import { type AppOptions, examples, printerOf, type Register, withApp } from "../command.ts";
import { watchInterrupts } from "../interrupts.ts";
import { examinationText, leftoversText, progressOfExamination } from "../output/doctor-text.ts";
import { openProgress } from "../output/progress-view.ts";
import { styleFor } from "../output/style.ts";
import { printable } from "../output/text.ts";
import { CliError, exitCodes, wrongUse } from "../problems.ts";
import type { Shell } from "../shell.ts";
import { type ClientFlags, credentialsOf, readToken, secretName, TOKEN_VARIABLE, withClient } from "./credentials.ts";

interface DoctorFlags extends AppOptions, ClientFlags {
  readonly token?: string;
  readonly tokenFile?: string;
  readonly domain?: string;
  readonly members?: number;
  /** False with --no-rate. */
  readonly rate: boolean;
  readonly cleanUp?: boolean;
  readonly save?: string;
}

const domain = (text: string): string => {
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text)) return text;
  throw new InvalidArgumentError("It must be a domain such as contoso.example.");
};

export const registerDoctor: Register = (program, shell) => {
  const command = withClient(
    withApp(
      program
        .command("doctor")
        .summary("examine a target: what works, what deviates, what that means")
        .description(
          `Examines a SCIM target with throw-away users and a group that are removed again, tells what works, what deviates and what that means, and finds out how it wants to be spoken to. With an app the running server does it, with the app's saved credentials unless others are given, and the app's job uses what was found from its next cycle. With an address alone no server is needed. The secret is taken from --token-file, from ${TOKEN_VARIABLE}, or asked for at the terminal. Exit code 0 if the target can be provisioned, 1 if it cannot or something could not be removed.`,
        )
        .argument("[url]", "SCIM base URL; the app's saved one when left out"),
    )
      .option("--token <token>", "the token itself; other users of this machine may see it in the list of processes")
      .option("--token-file <file>", "file that holds the token, password or client secret; - reads standard input")
      .option("--domain <domain>", "domain of the throw-away users, for targets that accept certain ones only", domain)
      .option("--members <number>", "throw-away users that join a group, at most (default: 10)", wholeNumber(1, 500))
      .option("--no-rate", "do not measure its pace (at most 60 reads within two seconds)")
      .option("--save <file>", "write what was found to a file, for: lockstep profile load")
      .option("--clean-up", "examine nothing; remove what an examination left that was cut short"),
  );
  examples(command, [
    ["doctor https://scim.example.com/v2 --token-file token.txt", "any target, without a server"],
    ["doctor --app Wiki", "the target of an app; its job uses what is found"],
    [
      "doctor https://scim.example.com/v2 --domain contoso.example --save profile.json",
      "keeps what was found in a file",
    ],
    ["doctor https://scim.example.com/v2 --clean-up", "after a power failure"],
  ]);
  command.action(async (url: string | undefined, flags: DoctorFlags) => {
    const examine = url === undefined || flags.app !== undefined ? throughServer : alone;
    await examine(url, flags, shell);
  });
};

/** The secret that is given; null where none is. */
const secretOf = async (flags: DoctorFlags, shell: Shell): Promise<string | undefined> => {
  if (flags.token !== undefined && flags.tokenFile !== undefined)
    throw wrongUse("Give --token or --token-file, not both.");
  if (flags.token !== undefined) return flags.token;
  if (flags.tokenFile !== undefined) return readToken(flags.tokenFile, shell);
  const fromEnvironment = shell.env[TOKEN_VARIABLE];
  return fromEnvironment === "" ? undefined : fromEnvironment;
};

const isWebAddress = (url: string): boolean => /^https?:$/.test(URL.parse(url)?.protocol ?? "");

const mustBeAddress = (url: string): void => {
  const { username = "", password = "" } = URL.parse(url) ?? {};
  if (username !== "" || password !== "")
    throw wrongUse(
      "The address must not contain a user name or password. Give --user-name, and the password with --token-file.",
    );
  if (isWebAddress(url)) return;
  throw wrongUse(
    `"${printable(url)}" is no address. Give a SCIM base URL such as https://scim.example.com/v2, or name an app with --app.`,
  );
};

/** Shows the progress of an examination, stops it at the first Ctrl-C, and prints what came of it. */
const watched = async (
  flags: DoctorFlags,
  shell: Shell,
  work: (signal: AbortSignal, onProgress: (progress: ExaminationProgress) => void) => Promise<Examination | Leftovers>,
): Promise<void> => {
  const json = flags.json === true;
  const { print, style, width } = printerOf(json, shell);
  const view = openProgress(shell.stderr, shell.clock, styleFor(shell.stderr, shell.env), shell.stderr.isTTY !== true);
  const interrupts = watchInterrupts(shell, () =>
    view.say(
      "Stopping; what was made is removed. Press Ctrl-C again to end at once, and clean up later with --clean-up.",
    ),
  );
  let journal: string | null = null;
  let done: Examination | Leftovers;
  try {
    done = await work(interrupts.signal, (progress) => {
      if (journal === null && !json) view.say(`What is made is noted in ${printable(progress.journal)}.`);
      journal = progress.journal;
      view.show(progressOfExamination(progress));
    });
  } finally {
    view.end();
    interrupts.end();
  }
  if ("findings" in done) await report(done, flags, shell, { print, style, width });
  else {
    const leftovers = done;
    await print(leftovers, () => leftoversText(leftovers, style));
    if (leftovers.left.length > 0) shell.exitCode = exitCodes.failure;
  }
};

const report = async (
  done: Examination,
  flags: DoctorFlags,
  shell: Shell,
  { print, style, width }: Pick<ReturnType<typeof printerOf>, "print" | "style" | "width">,
): Promise<void> => {
  const { baseUrl, at, profile, verdict, interrupted, cleanUp } = done;
  // Of a target that gave no answer there is nothing to keep in place of what was found before.
  const isFound = !interrupted && done.findings.some(({ code }) => code === "answers");
  let saved = "";
  if (flags.save !== undefined) {
    if (isFound) await save(flags.save, { baseUrl, at, profile }, shell);
    const file = printable(flags.save);
    saved = isFound ? `\nThe profile is in ${file}.` : `\nNothing was found out, so nothing was written to ${file}.`;
  }
  await print(done, () => `${examinationText(done, style, width)}${saved}`);
  if (interrupted) shell.exitCode = exitCodes.interrupted;
  else if (verdict === "cannot" || cleanUp.left.length > 0) shell.exitCode = exitCodes.failure;
};

const save = async (file: string, found: object, shell: Shell): Promise<void> => {
  try {
    await writeFile(resolve(shell.cwd, file), `${JSON.stringify(found, null, 2)}\n`);
  } catch (error) {
    throw new CliError("FileUnwritable", `The profile cannot be written to ${file}: ${(error as Error).message}`);
  }
};

const alone = async (url: string | undefined, flags: DoctorFlags, shell: Shell): Promise<void> => {
  const baseUrl = url ?? "";
  mustBeAddress(baseUrl);
  const secret = (await secretOf(flags, shell)) ?? (await askFor(flags, shell));
  const credentials = credentialsOf(flags, secret, "--token-file");
  if (credentials === undefined)
    throw wrongUse(`The target wants credentials: give a token with --token-file or ${TOKEN_VARIABLE}.`);
  const { examineAddress, cleanUpAddress } = await import("#app");
  await watched(flags, shell, (signal, onProgress) => {
    const address = { baseUrl, credentials, data: dataFolder(flags.data, shell.cwd), signal };
    if (flags.cleanUp === true) return cleanUpAddress(address);
    return examineAddress(
      address,
      { domain: flags.domain, members: flags.members, measuresPace: flags.rate },
      onProgress,
    );
  });
};

const askFor = async (flags: DoctorFlags, shell: Shell): Promise<string | undefined> => {
  const typed = shell.ask === null ? "" : await shell.ask(`${secretName(flags)} of the target: `, { hidden: true });
  return typed === "" ? undefined : typed;
};

const throughServer = async (url: string | undefined, flags: DoctorFlags, shell: Shell): Promise<void> => {
  if (url !== undefined) mustBeAddress(url);
  const credentials: TargetCredentials | undefined = credentialsOf(flags, await secretOf(flags, shell), "--token-file");
  const client = await connect(flags.data, shell);
  const app = await findApp(client, flags.app);
  const body: DoctorRequest = {
    ...(url === undefined ? {} : { baseAddress: url }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(flags.domain === undefined ? {} : { domain: flags.domain }),
    ...(flags.members === undefined ? {} : { members: flags.members }),
    ...(flags.rate ? {} : { measuresPace: false }),
    ...(flags.cleanUp === true ? { cleanUp: true } : {}),
  };
  await watched(flags, shell, async (signal, onProgress) => {
    let last: Examination | Leftovers | null = null;
    try {
      const lines = client.stream("POST", path`/lockstep/v1/apps/${app.id}/doctor`, { body, signal });
      for await (const line of lines as AsyncGenerator<DoctorLine>) {
        if ("progress" in line) onProgress(line.progress);
        else last = "report" in line ? line.report : line.leftovers;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new CliError("Interrupted", "The examination was stopped; the server removes what was made.");
    }
    if (last === null)
      throw new CliError(
        "StreamBroken",
        "The server ended its answer before the examination did. Clean up with --clean-up.",
      );
    return last;
  });
};
