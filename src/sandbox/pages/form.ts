import { html } from "hono/html";
import type { z } from "zod";
import type { Result } from "#scim";
import type { Refusal } from "../problem.ts";
import { readForm } from "../request-body.ts";
import { parsed } from "../routing.ts";
import type { Html, PageCall } from "./layout.ts";

/** What somebody typed into a form that is shown again, and what is wrong with it. */
export interface Retry {
  /** Which form of the page it was. */
  readonly form: string;
  readonly typed: URLSearchParams;
  readonly error: Refusal;
}

/** What was typed into a field; undefined when it was left empty, so that the rules' own defaults hold. */
export const textIn = (form: URLSearchParams, name: string): string | undefined => {
  const text = form.get(name)?.trim() ?? "";
  return text === "" ? undefined : text;
};

/** A number that was typed; what is no number stays text, for the rules to refuse. */
export const numberIn = (form: URLSearchParams, name: string): number | string | undefined => {
  const text = textIn(form, name);
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : text;
};

/** Reads a form, brings it into the form of the rules, works on it; then either goes on, or shows the form again with the reason. */
export const submit = async <Schema extends z.ZodType, Value>(
  call: PageCall,
  form: string,
  schema: Schema,
  {
    bodyOf,
    work,
    next,
    again,
  }: {
    readonly bodyOf: (typed: URLSearchParams) => unknown;
    readonly work: (body: z.infer<Schema>) => Result<Value> | Promise<Result<Value>>;
    readonly next: (value: Value) => Response | Promise<Response>;
    readonly again: (retry: Retry) => Response | Promise<Response>;
  },
): Promise<Response> => {
  const read = await readForm(call);
  if (!read.ok) return again({ form, typed: new URLSearchParams(), error: read.error });
  const body = parsed(schema, bodyOf(read.value));
  const result = body.ok ? await work(body.value) : body;
  return result.ok ? next(result.value) : again({ form, typed: read.value, error: result.error });
};

/** Why the form that stands here was refused. */
export const problemOf = (retry: Retry | null, form: string): Html =>
  retry?.form === form ? html`<p class="problem" role="alert">${sentenceOf(retry.error)}</p>` : "";

const sentenceOf = ({ detail, fields }: Refusal): string =>
  fields === undefined
    ? detail
    : fields
        // Rules of our own say in a whole sentence what is wrong where.
        .map(({ code, field, message }) => (code === "custom" || field === "" ? message : `${field}: ${message}`))
        .map((sentence) => `${sentence.replace(/\.$/, "")}.`)
        .join(" ");

/** What a field holds: what was typed into this form before it was refused, else what is so now. */
export const valueIn = (retry: Retry | null, form: string, name: string, now = ""): string =>
  retry?.form === form ? (retry.typed.get(name) ?? "") : now;

interface Field {
  readonly label: string;
  readonly name: string;
  readonly value?: string;
  readonly type?: string;
  readonly hint?: string;
  /** More attributes: `required`, `autocomplete` and the like. */
  readonly more?: Readonly<Record<string, string | true>>;
}

const attributes = (more: Readonly<Record<string, string | true>>): readonly Html[] =>
  Object.entries(more).map(([name, value]) => html` ${name}="${value === true ? "" : value}"`);

export const field = ({ label, name, value = "", type = "text", hint, more = {} }: Field): Html =>
  html`<label class="field"><span>${label}</span><input type="${type}" name="${name}" value="${value}"${attributes(more)}>${
    hint === undefined ? "" : html`<small class="hint">${hint}</small>`
  }</label>`;

export interface Option {
  readonly value: string;
  readonly label: string;
}

export const choice = ({
  label,
  name,
  value = "",
  options,
  hint,
}: Pick<Field, "label" | "name" | "value" | "hint"> & { readonly options: readonly Option[] }): Html =>
  html`<label class="field"><span>${label}</span><select name="${name}">${options.map(
    (option) =>
      html`<option value="${option.value}"${option.value === value ? html` selected` : ""}>${option.label}</option>`,
  )}</select>${hint === undefined ? "" : html`<small class="hint">${hint}</small>`}</label>`;

export const check = ({
  label,
  name,
  value,
  type = "checkbox",
  isOn,
}: {
  readonly label: Html;
  readonly name: string;
  readonly value: string;
  readonly type?: "checkbox" | "radio";
  readonly isOn: boolean;
}): Html =>
  html`<label class="check"><input type="${type}" name="${name}" value="${value}"${isOn ? html` checked` : ""}><span>${label}</span></label>`;

/** Something that is asked for once more before it is done; works without scripts. */
export const confirmed = ({
  label,
  action,
  question,
}: {
  readonly label: string;
  readonly action: string;
  readonly question: string;
}): Html =>
  html`<details><summary>${label} …</summary><form method="post" action="${action}"><p>${question}</p><button class="danger">${label}</button></form></details>`;
