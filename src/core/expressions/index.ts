export { checkExpression } from "./check.ts";
export type { RandomBytes } from "./definition.ts";
export type { ExpressionError, ExpressionErrorCode, Position } from "./errors.ts";
export {
  type Attributes,
  type Evaluation,
  type EvaluationContext,
  evaluate,
  REDACTED,
  uniqueCandidates,
} from "./evaluate.ts";
export { type ExplainedNode, type ExplainedState, explainExpression } from "./explain.ts";
export type {
  CheckedSchema,
  CheckReport,
  ExpressionWarning,
  ExpressionWarningCode,
  SchemaAttribute,
  SchemaType,
  TargetAttribute,
} from "./findings.ts";
export { fromGraphSource, type GraphSource, toGraphSource } from "./graph-form.ts";
export { evaluateLine, type LineAnswer, type LineContext } from "./line.ts";
export { LONGEST_EXPRESSION, type ParseOptions, type ParseResult, parseExpression } from "./parser.ts";
export { printExpression } from "./print.ts";
export { type ListedFunction, listFunctions } from "./registry.ts";
export { type CompiledPattern, compilePattern, type PatternFault } from "./regular-expressions.ts";
export { renderError } from "./render-error.ts";
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
