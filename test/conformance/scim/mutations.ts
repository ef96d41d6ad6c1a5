/** One wrong rule put into the provider, and the requirement that has to notice. */
export interface Mutation {
  /** From the project's root. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Id of a requirement that passes without the mutation and fails with it, in strict mode. */
  readonly fails: string;
}

const scim = (file: string, find: string, replace: string, fails: string): Mutation => ({
  file: `src/scim/${file}`,
  find,
  replace,
  fails,
});

const provider = (file: string, find: string, replace: string, fails: string): Mutation => ({
  file: `src/sandbox/provider/${file}`,
  find,
  replace,
  fails,
});

export const mutations: readonly Mutation[] = [
  // PATCH
  scim("patch/change-many.ts", "items: [...items, ...added]", "items: [...added]", "7644-3.5.2.1-add-appends"),
  scim(
    "patch/change-many.ts",
    "const added = appendMissing(attribute, items, given.value);",
    "const added = given.value;",
    "7644-3.5.2.1-add-duplicate",
  ),
  scim(
    "patch/change-many.ts",
    "if (after.value === undefined) continue;",
    "if (after.value === undefined) break;",
    "7644-3.5.2.2-remove-by-filter",
  ),
  scim(
    "patch/change-many.ts",
    'if (change.options.mode === "strict" || isSimple)',
    "if (isSimple)",
    "7644-3.5.2.3-replace-no-match",
  ),
  scim(
    "patch/change-many.ts",
    "const settled = moveOnePrimary(attribute, written.value.items, written.value.touched);",
    "const settled = succeed(written.value.items);",
    "7644-3.5.2-replace-sets-primary",
  ),
  scim(
    "patch/change-many.ts",
    "if (breaksImmutability(sub, parts[sub.name], read.value)) return refuseImmutable(change.path);",
    "",
    "7643-4.2-members-immutable",
  ),
  scim(
    "patch/change-many.ts",
    "if (change.value === null) return untouched([]);",
    "if (change.value === null) return untouched(items.slice(1));",
    "7644-3.5.2.2-remove-all-members",
  ),
  scim(
    "patch/change-single.ts",
    "const base = withoutStaleParts(attribute, before, given);",
    "const base: JsonObject = {};",
    "7644-3.5.2.3-replace-complex-merges",
  ),
  scim(
    "patch/change-single.ts",
    "if (breaksImmutability(attribute, before, after)) return refuseImmutable(change.path);",
    "",
    "7644-3.5.2-immutable-on-patch",
  ),
  scim(
    "patch/change.ts",
    'if (attribute.mutability === "readOnly" || change.sub?.mutability === "readOnly")',
    "if (false as boolean)",
    "7644-3.5.2-replace-read-only",
  ),
  scim(
    "patch/change.ts",
    'return change.op === "remove"',
    'return change.op !== "remove"',
    "7644-3.5.2.2-remove-required",
  ),
  scim(
    "patch/change.ts",
    "if (!attribute.required || isAssigned(after))",
    "if (true as boolean)",
    "7644-3.5.2-replace-required-with-nothing",
  ),
  scim(
    "patch/apply-operation.ts",
    'refuse("noTarget", "A remove needs a path that says what to remove.")',
    'refuse("invalidPath", "A remove needs a path that says what to remove.")',
    "7644-3.5.2.2-no-path",
  ),
  scim(
    "patch/apply.ts",
    "current = applied.value;",
    "current = index === 0 ? applied.value : current;",
    "7644-3.5.2-in-order",
  ),
  scim(
    "message/patch-op.ts",
    "if (!isJsonArray(schemas) || !schemas.some(",
    "if (isJsonArray(schemas) && !schemas.some(",
    "7644-3.5.2-schemas-required",
  ),
  // Filters
  scim("filter/compare.ts", "caseExact ? value : foldCase(value)", "value", "7644-3.4.2.2-eq-ignores-case"),
  scim(
    "filter/compare.ts",
    "return String(left).startsWith(String(right));",
    "return String(left).includes(String(right));",
    "7644-3.4.2.2-sw",
  ),
  scim("filter/compare.ts", "return left >= right;", "return left > right;", "7644-3.4.2.2-ordering-of-text"),
  scim(
    "filter/compare.ts",
    'return (value) => (typeof value === "string" ? instantOf(value) : undefined);',
    'return (value) => (typeof value === "string" ? value : undefined);',
    "7644-3.4.2.2-times-in-other-zones",
  ),
  scim("filter/compare.ts", 'definition?.type === "binary")', "false)", "7644-3.4.2.2-binary-has-no-order"),
  scim(
    "filter/compile.ts",
    'if (filter.kind === "and") return succeed((resource) => terms.value.every((term) => term(resource)));',
    'if (filter.kind === "and") return succeed((resource) => terms.value.some((term) => term(resource)));',
    "7644-3.4.2.2-and",
  ),
  scim("filter/compile.ts", "succeed((resource) => !term.value(resource))", "succeed(term.value)", "7644-3.4.2.2-not"),
  scim(
    "filter/compile.ts",
    'if (attribute?.returned === "never" || target.sub?.returned === "never")',
    "if (false as boolean)",
    "7644-3.4.2.2-hidden-not-guessed",
  ),
  scim(
    "filter/compile.ts",
    "valuesOf(resource).some(isAssigned));",
    "valuesOf(resource).length > 0);",
    "7644-3.4.2.2-pr-empty-text",
  ),
  scim(
    "filter/parse.ts",
    'readChain(reader, "or", () => readChain(reader, "and", () => readTerm(reader, depth, inBracket)));',
    'readChain(reader, "and", () => readChain(reader, "or", () => readTerm(reader, depth, inBracket)));',
    "7644-3.4.2.2-and-before-or",
  ),
  scim(
    "filter/parse.ts",
    'token.kind === "word" ? compareOperators.find((operator) => operator === token.text.toLowerCase()) : undefined;',
    'token.kind === "word" ? compareOperators.find((operator) => operator === token.text) : undefined;',
    "7644-3.4.2.2-words-in-any-case",
  ),
  scim("filter/parse.ts", 'if (last.kind !== "end")', "if (false as boolean)", "7644-3.4.2.2-bad-stray-parenthesis"),
  // Schemas
  scim(
    "model/normalise.ts",
    "return readNumber(attribute, value, mode);",
    'return readNumber({ ...attribute, type: "decimal" }, value, mode);',
    "7643-2.3.4-integer-without-fraction",
  ),
  scim("model/normalise.ts", "base64.test(text.value)", 'text.value !== ""', "7643-2.3.6-binary-is-base64"),
  scim(
    "model/normalise.ts",
    "if (value === null) return succeed(undefined);\n  const lenient",
    'if (value === null) return succeed("");\n  const lenient',
    "7643-2.5-replace-with-null",
  ),
  scim(
    "model/validate.ts",
    "value !== undefined && immutableClash(attribute, value, kept)",
    "false as boolean",
    "7644-3.5.1-immutable-on-put",
  ),
  scim("model/user-schema.ts", 'returned: "never"', 'returned: "default"', "7643-4.1.1-password-characteristics"),
  scim(
    "model/discovery.ts",
    "required: attribute.required,",
    "required: false,",
    "7643-4.1.1-user-name-characteristics",
  ),
  // Answers
  scim("message/error-body.ts", "status: String(error.status),", "status: error.status,", "7644-3.12-status-is-text"),
  scim(
    "message/list-response.ts",
    "itemsPerPage: page.resources.length,",
    "itemsPerPage: page.totalResults,",
    "7644-3.4.2.4-page-members",
  ),
  scim(
    "message/list-response.ts",
    "count: wanted === undefined ? undefined : Math.max(0, wanted),",
    "count: wanted === undefined || wanted <= 0 ? undefined : wanted,",
    "7644-3.4.2.4-count-zero",
  ),
  scim(
    "message/list-response.ts",
    "startIndex: Math.max(1, read(startIndex) ?? 1),",
    "startIndex: (read(startIndex) ?? 0) + 1,",
    "7644-3.4.2.4-every-resource-once",
  ),
  scim(
    "message/representation.ts",
    'if (definition.returned === "always") return true;',
    "",
    "7644-3.4.2.5-always-returned",
  ),
  scim("message/representation.ts", 'if (definition.returned === "never") return false;', "", "7643-7-returned-never"),
  scim(
    "message/representation.ts",
    'return isShown(sub, kind === "except" && naming === "whole" ? false : named, kind);',
    "return true;",
    "7644-3.9-sub-attribute",
  ),
  scim(
    "path/order.ts",
    "return definition.caseExact ? value : foldCase(value);",
    "return value;",
    "7644-3.4.2.3-ascending-by-default",
  ),
  scim(
    "path/order.ts",
    "if (left === undefined) return 1;\n  if (right === undefined) return -1;",
    "if (left === undefined) return -1;\n  if (right === undefined) return 1;",
    "7644-3.4.2.3-no-value-last",
  ),
  // The provider's own part
  provider(
    "resources.ts",
    "return answer(201, view.show(stored)",
    "return answer(200, view.show(stored)",
    "7644-3.3-created",
  ),
  provider("resources.ts", "location: stored.location }", "}", "7644-3.3-location"),
  provider(
    "resources.ts",
    "if (isKnownVersion(request, stored.version)) return answer(304, null, tagged(stored));",
    "",
    "7644-3.14-not-modified",
  ),
  provider(
    "resources.ts",
    "removed.ok ? answer(204, null) : refusal(removed.error)",
    "answer(204, null)",
    "7644-3.12-delete-unknown",
  ),
  provider(
    "resources.ts",
    "return isShown ? answer(200, view.show(changed.value), headers)",
    "return isShown ? answer(204, null, headers)",
    "7644-3.5.2-answer-with-attributes",
  ),
  provider(
    "preconditions.ts",
    "return fits ? null : changed(version);",
    "return fits || true ? null : changed(version);",
    "7644-3.14-mismatch-on-patch",
  ),
  provider(
    "bulk.ts",
    "(failOnErrors !== null && errors >= failOnErrors)",
    "(failOnErrors !== null && errors > failOnErrors)",
    "7644-3.7.3-fail-on-errors",
  ),
  provider("bulk.ts", "status: String(outcome.status),", "status: outcome.status,", "7644-3.7.3-status-is-text"),
  provider(
    "bulk-references.ts",
    "(bulkId === undefined ? undefined : idOf(bulkId)) ?? value",
    "value",
    "7644-3.7.2-bulk-id-as-member",
  ),
  provider("bulk-references.ts", "if (!found.has(next)) visit(next);", "", "7644-3.7.2-bulk-id-ahead"),
  provider(
    "bulk-request.ts",
    "if (given.length > bulkOperations)",
    "if (false as boolean)",
    "7644-3.7.4-too-many-operations",
  ),
  provider(
    "discovery.ts",
    'if (filter !== undefined) return refuse(403, "Discovery endpoints cannot be filtered.");',
    "",
    "7644-4-filter-on-discovery",
  ),
  provider("search.ts", "...(page.next === null ? {} : { nextCursor: page.next }),", "", "9865-2-first-page"),
  provider("target.ts", 'decode(part.replaceAll("+", " ")),', "decode(part),", "7644-3.4.2.2-eq"),
  provider("json-body.ts", 'new TextDecoder("utf-8", { fatal: true })', 'new TextDecoder("latin1")', "7644-3.8-utf-8"),
  provider(
    "provider.ts",
    '"www-authenticate": `Bearer realm',
    '"x-authenticate": `Bearer realm',
    "7644-2-www-authenticate",
  ),
  provider(
    "provider.ts",
    'const unfit = service.mode === "strict" ? notAcceptable(request.header("accept")) : null;',
    'const unfit = request.header("accept") === "application/json" ? notAcceptable("text/plain") : null;',
    "7644-3.8-accept-json",
  ),
];
