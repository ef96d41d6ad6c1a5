import type { SchemaProblem } from "../schema-document.ts";

/** What a check found. Problems refuse a save; warnings are told and let it pass. */
export interface SchemaReport {
  readonly problems: readonly SchemaProblem[];
  readonly warnings: readonly SchemaProblem[];
}

/** Takes what checks find, one sentence or two for each: what, where, how to mend it. */
export interface Findings {
  problem(path: string, message: string): void;
  warn(path: string, message: string): void;
}

/** Collects findings; a place gets each sentence once. */
export const collectFindings = (): Findings & { report(): SchemaReport } => {
  const problems: SchemaProblem[] = [];
  const warnings: SchemaProblem[] = [];
  const add = (to: SchemaProblem[], path: string, message: string) => {
    if (!to.some((one) => one.path === path && one.message === message)) to.push({ path, message });
  };
  return {
    problem: (path, message) => add(problems, path, message),
    warn: (path, message) => add(warnings, path, message),
    report: () => ({ problems, warnings }),
  };
};

/** For a part of the document that is switched off: what would refuse it later is told now. */
export const onceSwitchedOn = (findings: Findings): Findings => ({
  problem: (path, message) => findings.warn(path, `This is switched off; switched on it would be refused: ${message}`),
  warn: findings.warn,
});
