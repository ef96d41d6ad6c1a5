import { describe } from "vitest";
import { importPortSuite } from "#test/conformance/import-port.ts";
import { MemoryDirectory } from "#test/conformance/memory-import-port.ts";

describe("the directory in memory keeps the contract of an import port", () => {
  importPortSuite(async () => new MemoryDirectory());
});
