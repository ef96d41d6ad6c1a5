import type { ExpressionErrorCode } from "./errors.ts";
import { FUNCTION_HELP } from "./function-help.ts";

const NAME = 'Join(" ", [givenName], [surname])';
const STATE = 'IIF([country] = "US", "domestic", "abroad")';
const ACTIVE = 'Switch([IsSoftDeleted], , "False", "True", "True", "False")';
const LOGIN = 'SelectUniqueValue([mailNickname], Append([mailNickname], "1"))';
const DIGITS = 'Replace([mobile], , "[^0-9]", , "", , )';

/** One correct expression for each error, where no function has an example of its own. */
const EXAMPLES: Readonly<Record<ExpressionErrorCode, string>> = {
  empty: NAME,
  "too-long": NAME,
  "too-deep": NAME,
  "unexpected-character": NAME,
  "wrong-quote": NAME,
  "unterminated-text": NAME,
  "unterminated-attribute": NAME,
  "bad-attribute-name": NAME,
  "unknown-function": NAME,
  "bare-word": NAME,
  "not-a-call": 'Append([mailNickname], "@example.com")',
  "missing-parenthesis": NAME,
  "unexpected-parenthesis": NAME,
  "missing-comma": NAME,
  "missing-operand": STATE,
  "unknown-operator": STATE,
  "unsupported-operator": 'IIF([country] = "US", IIF([state] = "NY", "both", "one"), "none")',
  "number-out-of-range": "Left([employeeId], 6)",
  "trailing-input": NAME,
  "missing-argument": "Mid([mailNickname], 1, 8)",
  "too-many-arguments": "ToLower([mail])",
  "unpaired-keys": ACTIVE,
  "too-few-rules": LOGIN,
  "nested-unique-value": LOGIN,
  "argument-combination": 'Replace([mail], "@old.example", , , "@example.com", , )',
  "bad-pattern": DIGITS,
  "unsupported-pattern": DIGITS,
  "bad-source": NAME,
  "not-a-number": "Left([employeeId], 6)",
  "not-a-date": 'CDate("2020-03-16T07:00:00Z")',
  "not-a-condition": STATE,
  "not-single-valued": "ToLower(Item([proxyAddresses], 1))",
  "not-roles": "SingleAppRoleAssignment([appRoleAssignments])",
  "bad-interval": 'DateAdd("d", 7, Now())',
  "bad-format": 'FormatDateTime([hired], , "yyyy-MM-dd", "dd.MM.yyyy")',
  "format-mismatch": 'FormatDateTime("2020-03-16", , "yyyy-MM-dd", "dd.MM.yyyy")',
  "bad-culture": 'ToUpper([surname], "tr-TR")',
  "out-of-range": "Item([proxyAddresses], 1)",
  "bad-length": "RandomString(16, 2, 2, 2, 2)",
  "bad-delimiter": 'Split([extensionAttribute1], ",")',
  "all-taken": LOGIN,
  "too-large": "Left([displayName], 100)",
  "unknown-attribute": NAME,
  "unsupported-reference": 'Switch([department], "other", "Sales", "S")',
  "wrong-type": ACTIVE,
  "matching-unique-value": LOGIN,
};

/** A correct expression to learn from: the function's own first example where it has one. */
export function exampleFor(code: ExpressionErrorCode, functionName?: string): string {
  const own = EXAMPLES[code];
  if (functionName === undefined) return own;
  const help = FUNCTION_HELP.get(functionName)?.examples[0]?.expression;
  return help ?? [own, ...Object.values(EXAMPLES)].find((text) => text.startsWith(`${functionName}(`)) ?? own;
}
