import { failure, isStop, type LazyFunction } from "../definition.ts";
import { isBlank, scalarText } from "../values.ts";
import { required } from "./parameters.ts";

export const SELECT_UNIQUE_VALUE = "SelectUniqueValue";

const selectUniqueValue: LazyFunction = {
  kind: "lazy",
  name: SELECT_UNIQUE_VALUE,
  parameters: [required("rule1", "any", { repeats: true, key: "uniqueValueRule" })],
  result: "argument",
  decides: () => true,
  yields: () => true,
  check: (call) => {
    const rules = call.arguments.filter((place) => place.kind !== "omitted").length;
    if (rules >= 2) return undefined;
    return {
      code: "too-few-rules",
      message: "SelectUniqueValue needs at least two rules, so that there is another value when the first is taken.",
      found: String(rules),
      expected: "2",
    };
  },
  run: (places, scope) => {
    let candidates = 0;
    for (const [place, rule] of places.entries()) {
      const value = rule?.(scope) ?? null;
      if (isStop(value)) return value;
      if (isBlank(value)) continue;
      const text = scalarText(value);
      if (text === null) {
        const message = "A rule of SelectUniqueValue must give a single value; pick one with Item.";
        return failure("not-single-valued", message, { place, expected: "a single value" });
      }
      candidates++;
      if (!scope.taken(text)) return text;
    }
    if (candidates === 0) return null;
    const message = "Every value that the rules of SelectUniqueValue give is taken in the target; add another rule.";
    return failure("all-taken", message);
  },
};

export const UNIQUENESS_FUNCTIONS = [selectUniqueValue] as const;
