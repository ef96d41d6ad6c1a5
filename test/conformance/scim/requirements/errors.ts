import type { Client } from "../client.ts";
import { holds, isOfSchema, messageUrns, refused, refusedAs } from "../demand.ts";
import { at, brief, isObject } from "../json.ts";
import { requirements } from "../requirement.ts";
import type { Answer } from "../wire.ts";

/** One error of each kind that every provider can be brought to. */
const someErrors = async (scim: Client): Promise<readonly Answer[]> => {
  const { userName: _, ...nameless } = scim.body("User");
  const user = await scim.user();
  return [
    await scim.send("GET", `${scim.at.User}/${scim.stem}-nobody`),
    await scim.send("POST", scim.at.User, { body: nameless }),
    await scim.send("POST", scim.at.User, { body: { ...scim.body("User"), userName: user.name } }),
    await scim.send("GET", scim.at.User, { token: null }),
  ];
};

const known = [
  ...["invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath", "noTarget"],
  ...["invalidValue", "invalidVers", "sensitive", "invalidCursor", "expiredCursor", "invalidCount"],
];

export const errors = requirements("errors", [
  {
    id: "7644-3.12-error-urn",
    level: "MUST",
    title: "An error is answered as JSON whose schemas list the Error URN.",
    run: async (scim) => {
      for (const answer of await someErrors(scim)) isOfSchema(answer, messageUrns.error);
    },
  },
  {
    id: "7644-3.12-status-is-text",
    level: "MUST",
    title: "status in an error is the HTTP status as text.",
    run: async (scim) => {
      for (const answer of await someErrors(scim)) {
        const status = at(answer.body, "status");
        holds(answer, status === String(answer.status), `status "${answer.status}"`, brief(status));
      }
    },
  },
  {
    id: "7644-3.12-detail-is-text",
    level: "MUST",
    title: "detail, where given, is text for people.",
    run: async (scim) => {
      for (const answer of await someErrors(scim)) {
        const detail = at(answer.body, "detail");
        holds(
          answer,
          detail === undefined || (typeof detail === "string" && detail !== ""),
          "detail is text",
          brief(detail),
        );
      }
    },
  },
  {
    id: "7644-3.12-known-types",
    level: "MUST",
    title: "scimType, where given, is one of the words that the RFCs define.",
    run: async (scim) => {
      for (const answer of await someErrors(scim)) {
        const type = at(answer.body, "scimType");
        holds(answer, type === undefined || known.includes(String(type)), `one of ${known.join(", ")}`, brief(type));
      }
    },
  },
  {
    id: "7644-3.12-malformed-json",
    level: "MUST",
    title: "A body that is no JSON is 400.",
    run: async (scim) => {
      for (const body of ['{"schemas":', "not json", '{"userName": "a",}']) {
        refused(await scim.send("POST", scim.at.User, { body }), 400, "invalidSyntax", "invalidValue");
      }
    },
  },
  {
    id: "7644-3.12-invalid-syntax",
    level: "SHOULD",
    title: "A body that is no JSON is told as invalidSyntax.",
    run: async (scim) => refusedAs(await scim.send("POST", scim.at.User, { body: "{" }), 400, "invalidSyntax"),
  },
  {
    id: "7644-3.12-not-an-object",
    level: "MUST",
    title: "A body that is JSON but no object is 400.",
    run: async (scim) => {
      for (const body of ["[]", '"text"', "1", "null", "true"]) {
        refused(await scim.send("POST", scim.at.User, { body }), 400, "invalidSyntax", "invalidValue");
      }
    },
  },
  {
    id: "7644-3.12-no-body",
    level: "MUST",
    title: "A create without a body is 400.",
    run: async (scim) =>
      refused(await scim.send("POST", scim.at.User, { body: "" }), 400, "invalidSyntax", "invalidValue"),
  },
  {
    id: "7644-3.12-no-inner-workings",
    level: "SHOULD",
    title: "Errors show nothing of the provider's code.",
    run: async (scim) => {
      for (const answer of await someErrors(scim)) {
        const isClean = !/\bat .+:\d+:\d+\)?|Traceback|\.(java|cs|py|rb|go|ts|js):\d+/.test(answer.text);
        holds(answer, isClean, "no stack trace", "there is one");
        const extra = isObject(answer.body) ? Object.keys(answer.body).filter((name) => /stack|trace/i.test(name)) : [];
        holds(answer, extra.length === 0, "no stack trace", extra.join(", "));
      }
    },
  },
]);
