import { compareValues } from "./comparison.ts";
import { convert } from "./conversion.ts";
import {
  type EagerFunction,
  type Failure,
  failure,
  isFailure,
  isStop,
  type LazyFunction,
  type Parameter,
  parameterAt,
  type Scope,
  type Step,
  spend,
} from "./definition.ts";
import type { Position } from "./errors.ts";
import { FUNCTIONS } from "./registry.ts";
import { type Secrets, secretsOf, touchesSecret } from "./secrets.ts";
import type { AttributeReference, Call, Comparison, Expression, NumberConstant, TextConstant, Word } from "./tree.ts";
import { fromAttribute, sizeOf, type Value } from "./values.ts";

/** UTF-16 units and list items of one value. */
const LARGEST_VALUE = 1_000_000;

/** Stands around the step of each node; what it gives back is used in its place. */
export type Watch = (node: Expression, step: Step) => Step;

/**
 * Turns the tree into functions that call each other, so that an evaluation looks up nothing but attributes. `secrets` are
 * those of the whole where the tree is a part.
 */
export function compileExpression(
  tree: Expression,
  secrets: Secrets = secretsOf(tree),
  watch: Watch = (_node, step) => step,
): Step {
  const build = (node: Expression): Step => watch(node, stepOf(node, build, secrets));
  return build(tree);
}

type Build = (node: Expression) => Step;

function stepOf(node: Expression, build: Build, secrets: Secrets): Step {
  switch (node.kind) {
    case "attribute":
      return attributeStep(node, secrets);
    case "text":
    case "number": {
      const value = constantOf(node);
      return () => value;
    }
    case "word":
      return wordStep(node);
    case "comparison":
      return comparisonStep(node, build, secrets);
    case "call": {
      const definition = FUNCTIONS.get(node.name);
      if (definition === undefined)
        throw new TypeError(`${node.name} is no function; the tree was not read from a text`);
      return definition.kind === "lazy"
        ? lazyStep(definition, node, build, secrets)
        : eagerStep(definition, node, build, secrets);
    }
  }
}

function attributeStep({ name }: AttributeReference, secrets: Secrets): Step {
  if (!secrets.attributes.has(name)) return (scope) => fromAttribute(scope.read(name));
  return (scope) => {
    scope.redacted = true;
    return fromAttribute(scope.read(name));
  };
}

/** The value of a constant. Of a number a spelling such as 007 is kept, for wherever it is used as text. */
function constantOf(node: TextConstant | NumberConstant): string | bigint {
  if (node.kind === "text") return node.value;
  return node.text.startsWith("&") || node.value.toString() === node.text ? node.value : node.text;
}

function wordStep({ name }: Word): Step {
  if (name === "IgnoreAttributeFlow") return () => ({ kind: "ignored", scope: "attribute" });
  return name === "IgnoreObjectFlow" ? () => ({ kind: "ignored", scope: "object" }) : () => name;
}

function comparisonStep(node: Comparison, build: Build, secrets: Secrets): Step {
  const [left, right] = [build(node.left), build(node.right)];
  const secret = touchesSecret(node, secrets);
  const places = [node.left, node.right];
  return (scope) => {
    const leftValue = left(scope);
    if (isStop(leftValue)) return leftValue;
    const rightValue = right(scope);
    if (isStop(rightValue)) return rightValue;
    const result = compareValues(node, leftValue, rightValue);
    if (!isFailure(result)) return result;
    return arisen(result, (places[result.place ?? 0] ?? node).position, undefined, secret);
  };
}

function lazyStep(definition: LazyFunction, call: Call, build: Build, secrets: Secrets): Step {
  const failed = failing(call, secrets);
  const places = call.arguments.map((argument, place): Step | undefined => {
    if (argument.kind === "omitted") return undefined;
    const step = build(argument);
    const parameter = parameterAt(definition, place);
    if (parameter === undefined || parameter.type === "any") return step;
    return (scope) => {
      const value = step(scope);
      if (isStop(value)) return value;
      const converted = convert(value, parameter, definition.name);
      return isFailure(converted) ? { ...converted, place } : converted;
    };
  });
  return (scope) => {
    const result = definition.run(places, scope);
    if (isStop(result)) return isFailure(result) ? failed(result) : result;
    return isAffordable(result, scope) ? result : failed(tooLarge(definition.name));
  };
}

interface Place {
  readonly place: number;
  readonly step: Step;
  readonly parameter: Parameter;
  /** What a constant is converted to, once and for all; undefined where that fails, or is not a constant. */
  readonly constant: Value | undefined;
}

function placeOf(argument: Expression, place: number, step: Step, parameter: Parameter, functionName: string): Place {
  if (argument.kind !== "text" && argument.kind !== "number") return { place, step, parameter, constant: undefined };
  const converted = convert(constantOf(argument), parameter, functionName);
  return { place, step, parameter, constant: isFailure(converted) ? undefined : converted };
}

function eagerStep(definition: EagerFunction, call: Call, build: Build, secrets: Secrets): Step {
  const { name, takesNull, run } = definition;
  const failed = failing(call, secrets);
  const filled = call.arguments.flatMap((argument, place): Place[] => {
    const parameter = parameterAt(definition, place);
    if (argument.kind === "omitted" || parameter === undefined) return [];
    return [placeOf(argument, place, build(argument), parameter, name)];
  });
  const choosy = filled.filter(({ parameter }) => parameter.fault !== undefined);
  const count = call.arguments.length;
  return (scope) => {
    const values = new Array<Value | undefined>(count).fill(undefined);
    let absent = false;
    for (const { place, step, parameter, constant } of filled) {
      const value = step(scope);
      if (isStop(value)) return value;
      if (constant !== undefined) {
        values[place] = constant;
        continue;
      }
      const converted = convert(value, parameter, name);
      if (isFailure(converted)) return failed(converted, place);
      if (converted === null && parameter.required) absent = true;
      if (!spend(scope, sizeOf(converted))) {
        return failed(failure("too-large", `${name} is given too much to read.`), place);
      }
      values[place] = converted;
    }
    if (absent && takesNull !== true) return null;
    for (const { place, parameter } of choosy) {
      const value = values[place] ?? null;
      const fault = value === null ? undefined : parameter.fault?.(value);
      if (fault !== undefined) return failed(fault, place);
    }
    const result = run(values, scope);
    if (isStop(result)) return isFailure(result) ? failed(result) : result;
    return isAffordable(result, scope) ? result : failed(tooLarge(name));
  };
}

function isAffordable(value: Value, scope: Scope): boolean {
  const size = sizeOf(value);
  return size <= LARGEST_VALUE && spend(scope, size);
}

function tooLarge(name: string): Failure {
  return failure("too-large", `${name} makes a value that is too large; cut the texts that it is given with Left.`);
}

/** Gives a failure of this call its origin, at the argument where it names one. */
function failing(call: Call, secrets: Secrets): (result: Failure, place?: number) => Failure {
  const secret = touchesSecret(call, secrets);
  return (result, place = result.place) => {
    const argument = place === undefined ? undefined : call.arguments[place];
    return arisen(result, (argument ?? call).position, call.name, secret);
  };
}

/** A failure that has an origin keeps it: it is on its way up. */
function arisen(
  { place: _place, ...result }: Failure,
  position: Position,
  functionName: string | undefined,
  secret: boolean,
): Failure {
  if (result.origin !== undefined) return result;
  return { ...result, origin: { position, secret, ...(functionName === undefined ? {} : { functionName }) } };
}
