import type { Command } from "commander";
import { describeFunctions, parseExpression } from "#core/expressions";
import { examples, printerOf, withJson } from "../command.ts";
import { functionListText, functionText } from "../output/function-text.ts";
import { CliError } from "../problems.ts";
import type { Shell } from "../shell.ts";

export const registerFunctions = (group: Command, shell: Shell): void => {
  const command = withJson(
    group
      .command("functions")
      .summary("what every function does")
      .description(
        "Lists the functions of the mapping language by family, or tells everything about one. Needs no server.",
      )
      .argument("[name]", "a function"),
  );
  examples(command, [
    ["expression functions", "all of them"],
    ["expression functions Join", "one, with examples"],
  ]);
  command.action(async (name: string | undefined, flags: { readonly json?: boolean }) => {
    const output = printerOf(flags.json === true, shell);
    const value = describeFunctions();
    if (name === undefined) return output.print({ value }, () => functionListText(value, output));
    const found = value.find((each) => each.name.toLowerCase() === name.toLowerCase());
    if (found === undefined) throw unknown(name);
    await output.print(found, () => functionText(found, output));
  });
};

/** The parser knows which name is most like it. */
const unknown = (name: string): CliError => {
  const parsed = parseExpression(`${name}()`);
  const like = parsed.ok ? undefined : parsed.error.suggestion;
  const hint = like === undefined ? "See npx lockstep expression functions." : `Did you mean ${like}?`;
  return new CliError("NotFound", `There is no function ${name.slice(0, 100)}. ${hint}`);
};
