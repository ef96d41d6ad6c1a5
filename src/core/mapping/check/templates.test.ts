import { expect, test } from "vitest";
import { defaultSchema, listTemplates } from "#apps";
import { checkSchema, diffSchemas, readSchemaDocument } from "#core";
import { attributeNames } from "#directory";

const ids = { schema: "job", userRule: "u", groupRule: "g", sourceDirectory: "s", targetDirectory: "t" };

test.each(listTemplates().map((template) => [template.id, template] as const))(
  "%s: what a new job starts with has no problem and comes back from JSON as it was",
  (_, template) => {
    const document = defaultSchema(template, ids);
    const { problems, warnings } = checkSchema(document, {
      filterable: { User: template.profile.filterable, Group: null },
      held: { User: attributeNames("user"), Group: attributeNames("group") },
    });
    expect(problems).toEqual([]);
    // One application takes the manager as a text, which is worth knowing.
    for (const { message } of warnings) expect(message).toContain("manager is a text");
    const reading = readSchemaDocument(JSON.parse(JSON.stringify(document)));
    expect(reading).toEqual({ ok: true, document });
    expect(reading.ok && JSON.parse(JSON.stringify(reading.document))).toEqual(JSON.parse(JSON.stringify(document)));
    expect(reading.ok && diffSchemas(document, reading.document)).toEqual([]);
  },
);
