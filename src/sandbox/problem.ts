import { STATUS_CODES } from "node:http";
import type { z } from "zod";
import type { ScimError } from "#scim";

/** What is wrong with one field of a request. */
export interface FieldProblem {
  readonly code: string;
  readonly field: string;
  readonly message: string;
}

/** A refusal that names fields. */
export type Refusal = ScimError & { readonly fields?: readonly FieldProblem[] };

/** The refusal of a body that is not of its form. */
export const fieldsRefused = (error: z.ZodError): Refusal => {
  const fields = error.issues.slice(0, 20).map(({ code, path, message }) => ({
    code: code ?? "custom",
    field: path.map(String).join(".").slice(0, 200),
    message: message.slice(0, 300),
  }));
  const parts = fields.map(({ field, message }) => `${field === "" ? "" : `${field}: `}${message.replace(/\.$/, "")}`);
  const detail = `The request is not of its form. ${parts.join("; ")}.`;
  return { status: 400, scimType: undefined, position: undefined, detail, fields };
};

/** A refusal as `application/problem+json`. @param instance path of the request */
export const problem = (
  { status, detail, fields }: Refusal,
  instance: string,
  headers: Readonly<Record<string, string>> = {},
): Response =>
  new Response(
    JSON.stringify({
      type: "about:blank",
      title: STATUS_CODES[status] ?? "Refused",
      status,
      detail,
      instance,
      ...(fields === undefined ? {} : { errors: fields }),
    }),
    { status, headers: { ...headers, "content-type": "application/problem+json" } },
  );
