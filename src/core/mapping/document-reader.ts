import type { SchemaProblem } from "./schema-document.ts";

type Members = { readonly [name: string]: unknown };

/** Reads members of a JSON object, collects what is wrong, and goes on with a harmless value, so that one pass finds every problem. */
export class DocumentReader {
  readonly problems: SchemaProblem[] = [];

  refuse(path: string, message: string): void {
    this.problems.push({ path, message });
  }

  /** The members of an object, without OData's annotations. */
  object(value: unknown, path: string): Members {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return otherMembers(value as Members, []);
    this.refuse(path, "This must be an object.");
    return {};
  }

  /** Reads each element of an array; an absent or null member is an empty array unless it is required. */
  list<Element>(
    from: Members,
    name: string,
    path: string,
    read: (value: unknown, path: string) => Element,
    need: "required" | "optional" = "optional",
  ): readonly Element[] {
    const value = memberOf(from, name);
    if (Array.isArray(value)) return value.map((element, index) => read(element, `${path}.${name}[${index}]`));
    if (value !== undefined || need === "required") this.refuse(`${path}.${name}`, "This must be an array.");
    return [];
  }

  /** Text that must be there and not be empty. */
  name(from: Members, name: string, path: string): string {
    const value = memberOf(from, name);
    if (typeof value !== "string" || value.trim() === "") {
      this.refuse(`${path}.${name}`, "This must be text that is not empty.");
      return "";
    }
    return this.storable(value, `${path}.${name}`);
  }

  text(from: Members, name: string, path: string, fallback: string): string {
    return this.textOrNull(from, name, path) ?? fallback;
  }

  textOrNull(from: Members, name: string, path: string): string | null {
    const value = memberOf(from, name);
    if (value === undefined) return null;
    if (typeof value === "string") return this.storable(value, `${path}.${name}`);
    this.refuse(`${path}.${name}`, "This must be text or null.");
    return null;
  }

  /** An element of a list of texts. */
  element(value: unknown, path: string): string {
    if (typeof value === "string") return this.storable(value, path);
    this.refuse(path, "This must be text.");
    return "";
  }

  boolean(from: Members, name: string, path: string, fallback: boolean): boolean {
    const value = memberOf(from, name);
    if (value === undefined) return fallback;
    if (typeof value === "boolean") return value;
    this.refuse(`${path}.${name}`, "This must be true or false.");
    return fallback;
  }

  /** A whole number from 0 to 2147483647. */
  count(from: Members, name: string, path: string): number {
    const value = memberOf(from, name);
    if (value === undefined) return 0;
    if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 2147483647) return value;
    this.refuse(`${path}.${name}`, "This must be a whole number, 0 or greater.");
    return 0;
  }

  /** A word of a closed list in any case; the list's own spelling is returned. */
  word<Word extends string>(from: Members, name: string, path: string, words: readonly Word[], fallback: Word): Word {
    const value = memberOf(from, name);
    if (value === undefined) return fallback;
    const found =
      typeof value === "string" ? words.find((word) => word.toLowerCase() === value.trim().toLowerCase()) : undefined;
    if (found !== undefined) return found;
    this.refuse(`${path}.${name}`, `This must be one of ${words.join(", ")}.`);
    return fallback;
  }

  /** Several words of a closed list in one text, in any order and case; `None` where there are none. */
  flags(from: Members, name: string, path: string, words: readonly string[], fallback: string): string {
    const value = memberOf(from, name);
    if (value === undefined) return fallback;
    if (typeof value === "string") {
      const given = value
        .split(",")
        .map((word) => word.trim().toLowerCase())
        .filter((word) => word !== "" && word !== "none");
      const known = words.filter((word) => given.includes(word.toLowerCase()));
      if (known.length === new Set(given).size) return known.length === 0 ? "None" : known.join(", ");
    }
    this.refuse(`${path}.${name}`, `This must be None or some of ${words.join(", ")}, with commas between them.`);
    return fallback;
  }

  private storable(value: string, path: string): string {
    if (value.includes("\0") || !value.isWellFormed()) {
      this.refuse(path, "This text contains a character that cannot be stored (NUL, or half of a surrogate pair).");
    }
    return value;
  }
}

/** A member of its own; null counts as absent. */
export const memberOf = (from: Members, name: string): unknown =>
  Object.hasOwn(from, name) && from[name] !== null ? from[name] : undefined;

/** What a document says beyond its known members, without OData's annotations. */
export const otherMembers = (from: Members, known: readonly string[]): Members =>
  Object.fromEntries(Object.entries(from).filter(([name]) => !known.includes(name) && !name.includes("@odata.")));
