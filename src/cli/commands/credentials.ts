import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import type { ConnectionTest, CredentialsRequest, TargetCredentials } from "#api/contract";
import { findApp } from "../client/apps.ts";
import { path } from "../client/client.ts";
import { type AppOptions, examples, openSession, type Register, withApp } from "../command.ts";
import { connectionTestText } from "../output/connection-test.ts";
import { facts } from "../output/table.ts";
import { printable } from "../output/text.ts";
import { CliError, exitCodes, ServerError, wrongUse } from "../problems.ts";
import type { Shell } from "../shell.ts";

/** What the ways to authenticate other than a token need. */
export interface ClientFlags {
  readonly userName?: string;
  readonly clientId?: string;
  readonly tokenUrl?: string;
  readonly scope?: string;
  readonly clientAuth?: string;
}

interface CredentialFlags extends AppOptions, ClientFlags {
  readonly baseAddress?: string;
  readonly secretToken?: string;
  readonly secretTokenFile?: string;
  readonly skipTest?: boolean;
  readonly show?: boolean;
}

export const TOKEN_VARIABLE = "LOCKSTEP_SECRET_TOKEN";

/** Options for apps that want a user name and password, or an OAuth client. */
export const withClient = (command: Command): Command =>
  command
    .option("--user-name <name>", "basic authentication as this user; the secret is the password")
    .option("--client-id <id>", "OAuth 2.0 client credentials: the client's id; the secret is the client secret")
    .option("--token-url <url>", "address of the token endpoint, with --client-id")
    .option("--scope <scope>", "what the client asks access to, with --client-id")
    .option(
      "--client-auth <way>",
      "how the client shows who it is, with --client-id: its secret in a header (default) or in the body, or an assertion that it signs; the secret is its private key (PEM) then",
    );

export const registerCredentials: Register = (program, shell) => {
  const command = withClient(
    withApp(
      program
        .command("credentials")
        .summary("set the address and the token of an app")
        .description(
          `Saves the address and the secret of an app's tenant, after a connection test has passed. The secret is a token, or a password (with --user-name), or a client secret (with --client-id). It is taken from --secret-token-file, from ${TOKEN_VARIABLE}, or asked for at the terminal.`,
        )
        .argument("[app]", "the app; may be left out when there is one")
        .option("--base-address <url>", "SCIM base URL of the tenant; the saved one when left out")
        .option(
          "--secret-token <token>",
          "the token itself; other users of this machine may see it in the list of processes",
        )
        .option(
          "--secret-token-file <file>",
          "file that holds the token, password or client secret; - reads standard input",
        )
        .option("--skip-test", "save without a connection test")
        .option("--show", "show what is saved, secrets masked, and change nothing"),
    ),
  );
  examples(command, [
    ["credentials ThousandEyes --base-address https://api.thousandeyes.com/scim/v2", "asks for the token"],
    ["credentials --secret-token-file token.txt", "the only app, a new token from a file"],
    ["credentials --user-name ada --secret-token-file password.txt", "a user name and a password"],
    [
      "credentials --client-id lockstep --token-url https://login.example.com/token --secret-token-file secret.txt",
      "an OAuth 2.0 client, whose token is fetched and renewed",
    ],
    [
      "credentials --client-id lockstep --token-url https://login.example.com/token --client-auth assertion --secret-token-file key.pem",
      "the same without a shared secret: the client signs with its private key",
    ],
    ["credentials --show", "what is saved"],
  ]);
  command.action(async (reference: string | undefined, flags: CredentialFlags) =>
    flags.show === true ? show(reference ?? flags.app, flags, shell) : save(reference ?? flags.app, flags, shell),
  );
};

const save = async (reference: string | undefined, flags: CredentialFlags, shell: Shell): Promise<void> => {
  const session = await openSession(flags, shell);
  const app = await findApp(session.client, reference);
  const secret = await tokenOf(flags, shell, app.displayName);
  const credentials = credentialsOf(flags, secret);
  if (credentials === undefined && flags.baseAddress === undefined)
    throw wrongUse(`Nothing to save: give --base-address, or a secret with --secret-token-file or ${TOKEN_VARIABLE}.`);
  const body: CredentialsRequest = {
    ...(flags.baseAddress === undefined ? {} : { baseAddress: flags.baseAddress }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(flags.skipTest === true ? { skipTest: true } : {}),
  };
  try {
    const answer = (await session.client.ask("POST", path`/lockstep/v1/apps/${app.id}/credentials`, { body })) as {
      readonly test?: ConnectionTest | null;
    };
    await session.print(answer, () => {
      const test = answer.test ?? null;
      const saved = `The credentials of ${printable(app.displayName)} are saved.`;
      return test === null ? `${saved} They were not tested.` : `${connectionTestText(test, session.style)}\n${saved}`;
    });
  } catch (error) {
    if (!(error instanceof ServerError) || error.body.code !== "CredentialsTestFailed") throw error;
    const hint = "Nothing was saved. To save them all the same, add --skip-test.";
    const advice = (error.body.test as Partial<ConnectionTest> | undefined)?.advice;
    const details = advice === undefined ? error.body.details : advice.map((message) => ({ target: "", message }));
    throw new ServerError(error.status, { ...error.body, message: `${error.body.message} ${hint}`, details });
  }
};

/** What the options and the secret make together; undefined where nothing of it was given. */
export const credentialsOf = (
  flags: ClientFlags,
  secret: string | undefined,
  fileOption = "--secret-token-file",
): TargetCredentials | undefined => {
  const { userName, clientId, tokenUrl, scope, clientAuth } = flags;
  if (userName !== undefined && clientId !== undefined) throw wrongUse("Give --user-name or --client-id, not both.");
  if (clientId === undefined && (tokenUrl ?? scope ?? clientAuth) !== undefined)
    throw wrongUse("--token-url, --scope and --client-auth belong to --client-id.");
  if (clientAuth !== undefined && clientAuth !== "header" && clientAuth !== "body" && clientAuth !== "assertion")
    throw wrongUse(`--client-auth takes header, body or assertion, not "${clientAuth}".`);
  if (secret === undefined) {
    if (userName === undefined && clientId === undefined) return undefined;
    throw wrongUse(
      `${userName === undefined ? "--client-id needs the client secret" : "--user-name needs the password"}: give it with ${fileOption} or ${TOKEN_VARIABLE}.`,
    );
  }
  if (userName !== undefined) return { kind: "basic", userName, password: secret };
  if (clientId === undefined) return { kind: "bearer", token: secret };
  if (tokenUrl === undefined) throw wrongUse("--client-id needs the address of the token endpoint: --token-url.");
  return {
    kind: "clientCredentials",
    tokenUrl,
    clientId,
    clientSecret: secret,
    scope: scope ?? null,
    sendAs: clientAuth ?? "header",
  };
};

/** The secret that the caller gives, or undefined to keep the saved one. */
const tokenOf = async (flags: CredentialFlags, shell: Shell, app: string): Promise<string | undefined> => {
  if (flags.secretToken !== undefined && flags.secretTokenFile !== undefined)
    throw wrongUse("Give --secret-token or --secret-token-file, not both.");
  if (flags.secretToken !== undefined) return flags.secretToken;
  if (flags.secretTokenFile !== undefined) return readToken(flags.secretTokenFile, shell);
  const fromEnvironment = shell.env[TOKEN_VARIABLE];
  if (fromEnvironment !== undefined && fromEnvironment !== "") return fromEnvironment;
  if (shell.ask === null) return undefined;
  const typed = await shell.ask(`${secretName(flags)} of ${printable(app)} (empty keeps the saved one): `, {
    hidden: true,
  });
  return typed === "" ? undefined : typed;
};

export const secretName = (flags: ClientFlags): string =>
  flags.userName !== undefined ? "Password" : flags.clientId !== undefined ? "Client secret" : "Secret token";

export const readToken = async (file: string, shell: Shell): Promise<string> => {
  let content: string;
  try {
    content =
      file === "-"
        ? await text(shell.stdin as AsyncIterable<string>)
        : await readFile(resolve(shell.cwd, file), "utf8");
  } catch (error) {
    throw new CliError("FileUnreadable", `The token cannot be read from ${file}: ${(error as Error).message}`);
  }
  if (content.trim() !== "") return content.trim();
  const place = file === "-" ? "Standard input" : `The token file ${file}`;
  throw new CliError("FileUnreadable", `${place} is empty: it should hold the secret token of the app.`);
};

const show = async (reference: string | undefined, flags: CredentialFlags, shell: Shell): Promise<void> => {
  const session = await openSession(flags, shell);
  const app = await findApp(session.client, reference);
  const secrets = (await session.client.ask(
    "GET",
    path`/v1.0/servicePrincipals/${app.id}/synchronization/secrets`,
  )) as {
    readonly value: readonly { readonly key: string; readonly value: string }[];
  };
  await session.print(secrets, () =>
    secrets.value.length === 0
      ? `${printable(app.displayName)} has no credentials yet.`
      : facts(secrets.value.map(({ key, value }) => [printable(key), printable(value)])),
  );
};

export const registerTestConnection: Register = (program, shell) => {
  const command = withClient(
    withApp(
      program
        .command("test-connection")
        .summary("ask an app's tenant whether the credentials are good")
        .description(
          "Tests the saved credentials of an app, or those that are given, and saves nothing. Exit code 0 if the test passed, else 1.",
        )
        .argument("[app]", "the app; may be left out when there is one")
        .option("--base-address <url>", "this address in place of the saved one")
        .option("--secret-token <token>", "this token in place of the saved one")
        .option("--secret-token-file <file>", "the token from a file; - reads standard input"),
    ),
  );
  examples(command, [
    ["test-connection", "the saved credentials of the only app"],
    ["test-connection --base-address http://127.0.0.1:8401/scim/v2", "another address"],
  ]);
  command.action(async (reference: string | undefined, flags: CredentialFlags) => {
    const session = await openSession(flags, shell);
    const app = await findApp(session.client, reference ?? flags.app);
    const secretToken =
      flags.secretTokenFile === undefined ? flags.secretToken : await readToken(flags.secretTokenFile, shell);
    const credentials = credentialsOf(flags, secretToken);
    const body: CredentialsRequest = {
      ...(flags.baseAddress === undefined ? {} : { baseAddress: flags.baseAddress }),
      ...(credentials === undefined ? {} : { credentials }),
    };
    const test = (await session.client.ask("POST", path`/lockstep/v1/apps/${app.id}/test-connection`, {
      body,
    })) as ConnectionTest;
    await session.print(test, () => connectionTestText(test, session.style));
    if (!test.ok) shell.exitCode = exitCodes.failure;
  });
};
