import { randomBytes } from "node:crypto";
import {
  type AttributeValue,
  type ExpressionError,
  evaluate,
  evaluateLine,
  type LineAnswer,
  parseExpression,
  renderError,
} from "#core/expressions";
import { jsonAttributes } from "../arguments.ts";
import { linesOf } from "../client/ndjson.ts";
import { examples, type Register, withJson } from "../command.ts";
import { exitCodes, wrongUse } from "../problems.ts";
import { type Shell, writeAll } from "../shell.ts";
import { registerExplain } from "./expression-explain.ts";
import { registerFunctions } from "./expression-functions.ts";

interface EvaluateFlags {
  readonly json?: boolean;
  readonly attributes?: string;
  readonly now?: string;
}

export const registerExpression: Register = (program, shell) => {
  const group = program
    .command("expression")
    .summary("evaluate mapping expressions")
    .description("Work with the expressions of attribute mappings.");
  registerExplain(group, shell);
  registerFunctions(group, shell);
  const command = group
    .command("eval")
    .summary("evaluate expressions, without a server")
    .description(
      'Evaluates mapping expressions, without a server. Reads one JSON object a line from standard input, {"expression","attributes","now"?,"taken"?}, and writes one a line: {"value"}, {"ignored":true} or {"error"}, with "log" where the log shows something else. An expression as an argument is evaluated alone.',
    )
    .argument("[expression]", "an expression, in place of standard input")
    .option("--attributes <json>", "source attributes of the expression, as a JSON object")
    .option("--now <time>", "the time that Now() gives, ISO 8601 (default: the present)");
  examples(withJson(command), [
    [
      `expression eval 'Join(" ", [givenName], [surname])' --attributes '{"givenName":"Ada","surname":"Berg"}'`,
      "one expression",
    ],
    [`expression eval < lines.ndjson`, "one answer for each line"],
  ]);
  command.action(async (expression: string | undefined, flags: EvaluateFlags) => {
    if (expression !== undefined) return evaluateOne(expression, flags, shell);
    if (flags.attributes !== undefined)
      throw wrongUse("--attributes belongs to an expression that is given as an argument.");
    await evaluateStream(flags, shell);
  });
};

const evaluateStream = async (flags: EvaluateFlags, shell: Shell): Promise<void> => {
  if (shell.stdin.isTTY === true) shell.stderr.write("Reading one JSON object a line; Ctrl-D ends it.\n");
  for await (const line of linesOf(shell.stdin)) {
    await writeAll(shell.stdout, `${JSON.stringify(answerOf(line, flags, shell))}\n`);
  }
};

const answerOf = (line: string, flags: EvaluateFlags, shell: Shell): LineAnswer => {
  let input: unknown;
  try {
    input = JSON.parse(line);
  } catch (error) {
    return { error: `The line is not JSON: ${(error as Error).message}` };
  }
  return evaluateLine(input, contextOf(flags, shell));
};

const contextOf = (flags: EvaluateFlags, shell: Shell) => ({
  now: flags.now ?? shell.clock.now(),
  random: (count: number) => randomBytes(count),
});

const evaluateOne = async (expression: string, flags: EvaluateFlags, shell: Shell): Promise<void> => {
  const attributes = jsonAttributes(flags.attributes);
  const answer = evaluateLine({ expression, attributes }, contextOf(flags, shell));
  await writeAll(shell.stdout, `${JSON.stringify(answer)}\n`);
  if (!("error" in answer)) return;
  shell.exitCode = exitCodes.failure;
  const fault = flags.json === true ? null : faultOf(expression, attributes, flags, shell);
  if (fault !== null) shell.stderr.write(`${renderError(expression, fault)}\n`);
};

/** Why an expression has no value, with the place and an example. */
const faultOf = (
  expression: string,
  attributes: Readonly<Record<string, unknown>>,
  flags: EvaluateFlags,
  shell: Shell,
): ExpressionError | null => {
  const parsed = parseExpression(expression);
  if (!parsed.ok) return parsed.error;
  const lookup = (name: string) => (Object.hasOwn(attributes, name) ? (attributes[name] as AttributeValue) : undefined);
  const evaluation = evaluate(parsed.tree, lookup, contextOf(flags, shell));
  return evaluation.kind === "error" ? evaluation.error : null;
};
