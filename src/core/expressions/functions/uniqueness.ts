import { failure, type LazyFunction } from "../definition.ts";
import { required } from "./parameters.ts";

export const SELECT_UNIQUE_VALUE = "SelectUniqueValue";

/** Its rules are evaluated one by one by the evaluator, which knows what is taken; run is not reached. */
const selectUniqueValue: LazyFunction = {
  kind: "lazy",
  name: SELECT_UNIQUE_VALUE,
  parameters: [required("rule1", "any", { repeats: true, key: "uniqueValueRule" })],
  check: (call) => {
    if (call.arguments.filter((place) => place.kind !== "omitted").length >= 2) return undefined;
    return {
      code: "too-few-rules",
      message: "SelectUniqueValue needs at least two rules, so that there is another value when the first is taken.",
    };
  },
  run: () => failure("all-taken", "SelectUniqueValue must be the outermost function of an expression."),
};

export const UNIQUENESS_FUNCTIONS = [selectUniqueValue] as const;
