import type { Parameter, ParameterType } from "../definition.ts";

type Extra = Omit<Partial<Parameter>, "name" | "type" | "required">;

export function required(name: string, type: ParameterType = "text", extra: Extra = {}): Parameter {
  return { name, type, required: true, ...extra };
}

export function optional(name: string, type: ParameterType = "text", extra: Extra = {}): Parameter {
  return { name, type, required: false, ...extra };
}
