import type { OnceSummary, RunningServer } from "#app";
import { amount, duration } from "./amounts.ts";
import { noStyle, type Style } from "./style.ts";
import { facts } from "./table.ts";

/** Whether the first cycle left nothing to do: nobody failed, nobody is held, and all in scope are in step. */
export const allInStep = (summary: OnceSummary): boolean =>
  summary.failed === 0 && summary.held === 0 && summary.inStep === summary.inScope;

/** The counts of the first cycle, as a table. */
export const onceSummary = (summary: OnceSummary, style: Style = noStyle): string => {
  const headline = allInStep(summary)
    ? style.good(`All ${amount(summary.inScope)} accounts are in step.`)
    : style.bad(`${amount(summary.inStep)} of ${amount(summary.inScope)} accounts are in step.`);
  const rows: [string, string][] = [
    ["created", amount(summary.created)],
    ["updated", amount(summary.updated)],
    ["disabled", amount(summary.disabled)],
    ["deleted", amount(summary.deleted)],
    ["skipped", amount(summary.skipped)],
    ["failed", summary.failed > 0 ? style.bad(amount(summary.failed)) : amount(summary.failed)],
    ["held", summary.held > 0 ? style.warn(amount(summary.held)) : amount(summary.held)],
    ["requests", amount(summary.requests)],
    ["time", duration(summary.seconds)],
  ];
  return `\n${headline}\n${facts(rows, "  ")}`;
};

/** What to do while the server is up. @param data the data folder as the caller named it; undefined where commands find it themselves */
export const nextSteps = (running: RunningServer, data: string | undefined, style: Style = noStyle): string => {
  const where = data === undefined ? "" : ` --data ${/[\s"']/.test(data) ? JSON.stringify(data) : data}`;
  const lines: [string, string][] = [
    [`npx lockstep status${where}`, "what is in step, pending, failed and held"],
    [`npx lockstep logs${where}`, "what was done for whom, and why"],
    [`npx lockstep user list${where}`, "the people of the directory"],
    [`npx lockstep provision USER${where}`, "one person now, every step explained"],
    [`npx lockstep import FILE --dry-run${where}`, "what a file of your own people would change"],
  ];
  const address =
    running.sandbox === null
      ? ""
      : `\nThe sandbox tenant is at ${running.sandbox.web}\nTo sign in there, once: ${running.sandbox.signInLink}`;
  return `\nThe server is at ${running.url} and keeps everything in step from now on. Ctrl-C stops it.${address}\n\n${style.bold("Try next, in another terminal:")}\n${facts(lines, "  ")}\n`;
};
