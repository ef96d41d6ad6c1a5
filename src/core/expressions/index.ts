export { type CheckReport, checkExpression, type ExpressionWarning } from "./check.ts";
export type { RandomBytes } from "./definition.ts";
export type { EvaluationErrorCode, ExpressionError, ExpressionErrorCode, Position, SyntaxErrorCode } from "./errors.ts";
export {
  type Attributes,
  type Evaluation,
  type EvaluationContext,
  evaluate,
  REDACTED,
  uniqueCandidates,
} from "./evaluate.ts";
export {
  type DescribedFunction,
  type DescribedParameter,
  describeFunctions,
  describeParameters,
  FUNCTION_FAMILIES,
  FUNCTION_HELP,
  type FunctionExample,
  type FunctionFamily,
  type FunctionHelp,
  signatureOf,
} from "./function-help.ts";
export { fromGraphSource, type GraphSource, toGraphSource } from "./graph-form.ts";
export { evaluateLine, type LineAnswer, type LineContext } from "./line.ts";
export { LONGEST_EXPRESSION, type ParseOptions, type ParseResult, parseExpression } from "./parser.ts";
export { printExpression } from "./print.ts";
export { type ListedFunction, listFunctions } from "./registry.ts";
export { type CompiledPattern, compilePattern, type PatternFault } from "./regular-expressions.ts";
export { type ExpressionTrial, tryExpression } from "./trial.ts";
export {
  type Argument,
  type AttributeReference,
  attributesRead,
  type Call,
  type Comparison,
  callsFunction,
  type Expression,
  type NumberConstant,
  type Omitted,
  type TextConstant,
  type Word,
  walk,
} from "./tree.ts";
export type { AttributeValue, FlowObject, FlowScalar, FlowValue, RoleAssignment } from "./values.ts";
