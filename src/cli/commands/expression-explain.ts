import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import type { ExpressionAnswer, ExpressionRequest } from "#api/contract";
import { type AttributeValue, tryExpression } from "#core/expressions";
import { jsonAttributes } from "../arguments.ts";
import { type AppOptions, examples, printerOf, type Session, withApp } from "../command.ts";
import { explanationText } from "../output/explanation-text.ts";
import { exitCodes, wrongUse } from "../problems.ts";
import { openJob } from "../schema/change.ts";
import type { Shell } from "../shell.ts";

interface ExplainFlags extends AppOptions {
  readonly user?: string;
  readonly group?: string;
  readonly attributes?: string;
  readonly target?: string;
  readonly now?: string;
}

export const registerExplain = (group: Command, shell: Shell): void => {
  const command = withApp(
    group
      .command("explain")
      .summary("why an expression gives what it gives")
      .description(
        "Draws an expression as a tree, with the value at every node. With --user or --group it reads that object from the server; without, it needs none. Exit code 1 if it has no value, or could not be saved.",
      )
      .argument("<expression>", "an expression")
      .option("--user <user>", "for this person: id or user principal name")
      .option("--group <group>", "for this group: id or display name")
      .option("--attributes <json>", "for these source attributes, as a JSON object")
      .option("--target <attribute>", "as the mapping of this target attribute: what it would get, and what forbids it")
      .option("--now <time>", "the time that Now() gives, ISO 8601, where no server is asked (default: the present)"),
  );
  examples(command, [
    [`expression explain 'Join(" ", [givenName], [surname])' --user ada@contoso.example`, "for a person"],
    [`expression explain 'ToUpper([mail])' --attributes '{"mail":"ada@contoso.example"}'`, "without a server"],
    ["expression explain 'Mid([displayName], 1, 8)' --target userName --user ada@contoso.example", "for an attribute"],
  ]);
  command.action(async (expression: string, flags: ExplainFlags) => {
    const { user, group: named, attributes, target } = flags;
    if ([user, named, attributes].filter((each) => each !== undefined).length > 1)
      throw wrongUse("Give one of --user, --group and --attributes.");
    const given = jsonAttributes(attributes);
    if (user === undefined && named === undefined && target === undefined) {
      const answer = { ...tried(expression, given, flags, shell), target: null };
      return tell(expression, answer, printerOf(flags.json === true, shell), shell);
    }
    const { session, base } = await openJob(flags, shell);
    const body: ExpressionRequest = {
      expression,
      ...(user === undefined ? {} : { user }),
      ...(named === undefined ? {} : { group: named }),
      ...(attributes === undefined ? {} : { attributes: given }),
      ...(target === undefined ? {} : { target }),
    };
    const answer = (await session.client.ask("POST", `${base}/expression/explain`, { body })) as ExpressionAnswer;
    await tell(expression, answer, session, shell);
  });
};

const tried = (
  expression: string,
  attributes: Readonly<Record<string, unknown>>,
  flags: ExplainFlags,
  shell: Shell,
): Omit<ExpressionAnswer, "target"> =>
  tryExpression(
    expression,
    (name) => (Object.hasOwn(attributes, name) ? (attributes[name] as AttributeValue) : undefined),
    { now: flags.now ?? shell.clock.now(), random: (count: number) => randomBytes(count) },
  );

const tell = async (
  expression: string,
  answer: ExpressionAnswer,
  output: Pick<Session, "print" | "style" | "width">,
  shell: Shell,
): Promise<void> => {
  await output.print(answer, () => explanationText(expression, answer, output));
  const isFine = answer.tree !== null && answer.tree.state.kind !== "failed" && answer.problems.length === 0;
  if (!isFine || (answer.target?.error ?? null) !== null) shell.exitCode = exitCodes.failure;
};
