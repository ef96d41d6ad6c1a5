/** One element of an array, as text, with where it stands. */
export interface JsonElement {
  readonly kind: "element";
  /** "users", "groups" or "value" in an object; null in a bare array or in JSON lines. */
  readonly list: string | null;
  readonly line: number;
  readonly text: string;
}

/** The text ended, or stopped making sense, on this line. */
export interface JsonStop {
  readonly kind: "stop";
  readonly line: number;
  readonly reason: string;
}

export type JsonShape = "array" | "container" | "lines";

const LISTS = new Set(["users", "groups", "value", "Resources"]);
const LONGEST_ELEMENT = 1 << 26;

/** array: `[…]`; container: an object with users, groups or value; lines: one object a line. Judged by the beginning of the text. */
export function jsonShape(name: string, head: string): JsonShape {
  if (/\.(?:jsonl|ndjson)$/i.test(name)) return "lines";
  const text = head.trimStart();
  if (!text.startsWith("{")) return "array";
  const first = text.split(/\r?\n/, 1)[0]!;
  let value: unknown;
  try {
    value = JSON.parse(first);
  } catch {
    return "container";
  }
  const object = value as Record<string, unknown>;
  const holds = (key: string) => Object.hasOwn(object, key) && Array.isArray(object[key]);
  const groups = holds("groups") ? (object.groups as unknown[]) : [];
  const isContainer =
    holds("users") || holds("value") || holds("Resources") || groups.some((group) => typeof group === "object");
  return isContainer ? "container" : "lines";
}

/**
 * Elements of the top array, or of the arrays `users`, `groups` and `value` of the top object, cut out of the text without
 * parsing them: what is wrong inside one element costs that element alone, and no more than one is held at a time.
 */
export async function* jsonElements(
  text: AsyncIterable<string>,
  shape: "array" | "container",
): AsyncGenerator<JsonElement | JsonStop> {
  const base = shape === "array" ? 1 : 2;
  let line = 1;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let list: string | null = null;
  let inList = false;
  let key = "";
  let keyText: string | null = null;
  let start = 0;
  let parts: string[] = [];
  let length = 0;
  let oversize = false;
  let finished = false;

  const isList = (): boolean => (shape === "array" ? depth === 1 : depth === 2 && key !== "" && LISTS.has(key));
  function* close(): Generator<JsonElement | JsonStop> {
    if (start === 0) return;
    const all = parts.join("").trim();
    if (oversize) yield { kind: "element", list, line: start, text: "" };
    else if (all !== "") yield { kind: "element", list, line: start, text: all };
    parts = [];
    length = 0;
    start = 0;
    oversize = false;
  }

  for await (const chunk of text) {
    let from = 0;
    const keep = (to: number): void => {
      if (start === 0 || to <= from) return;
      length += to - from;
      if (length > LONGEST_ELEMENT) {
        oversize = true;
        parts = [];
      } else parts.push(chunk.slice(from, to));
    };
    for (let at = 0; at < chunk.length; at += 1) {
      const sign = chunk.charCodeAt(at);
      if (sign === 10) line += 1;
      if (inString) {
        if (escaped) escaped = false;
        else if (sign === 92) escaped = true;
        else if (sign === 34 || sign === 10) inString = false;
        if (keyText !== null) {
          if (inString) keyText += chunk[at];
          else {
            key = keyText;
            keyText = null;
          }
        }
        continue;
      }
      if (sign === 32 || sign === 9 || sign === 10 || sign === 13 || sign === 0xfeff) continue;
      if (finished) {
        yield { kind: "stop", line, reason: "text follows after the end of the document" };
        return;
      }
      const between = inList && depth === base;
      if (between && sign === 44) {
        keep(at);
        yield* close();
        continue;
      }
      if (between && start === 0 && sign !== 93) {
        start = line;
        from = at;
      }
      if (sign === 34) {
        inString = true;
        if (shape === "container" && depth === 1) keyText = "";
      } else if (sign === 123 || sign === 91) {
        if (depth === 0 && (sign === 91) !== (shape === "array")) {
          yield {
            kind: "stop",
            line,
            reason: "the document is neither an array nor an object with users, groups or value",
          };
          return;
        }
        depth += 1;
        if (!inList && sign === 91 && isList()) {
          inList = true;
          list = shape === "array" ? null : key;
        }
      } else if (sign === 125 || sign === 93) {
        if (between) {
          keep(at);
          yield* close();
          inList = false;
          if (sign === 125) {
            yield { kind: "stop", line, reason: "a } stands where the ] of the list is expected" };
            return;
          }
        }
        depth -= 1;
        if (depth <= 0) finished = true;
      } else if (depth === 0) {
        yield {
          kind: "stop",
          line,
          reason: "the document is neither an array nor an object with users, groups or value",
        };
        return;
      }
    }
    keep(chunk.length);
  }
  if (!finished) {
    yield { kind: "stop", line: start === 0 ? line : start, reason: "the file ends in the middle of the document" };
  }
}
