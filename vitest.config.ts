import { defineConfig } from "vitest/config";

const common = { environment: "node" as const, testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    reporters: process.env.CI ? ["dot", "./test/closing-line.ts"] : ["default", "./test/closing-line.ts"],
    projects: [
      {
        test: {
          ...common,
          name: "pure",
          include: ["src/**/*.test.ts"],
          exclude: ["src/**/*.db.test.ts", "src/**/*.browser.test.ts"],
          pool: "threads",
          isolate: false,
        },
      },
      {
        test: {
          ...common,
          name: "db",
          include: ["src/**/*.db.test.ts", "test/**/*.test.ts"],
          exclude: ["test/**/*.browser.test.ts"],
          pool: "forks",
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          globalSetup: ["./test/database-template.ts"],
        },
      },
      {
        test: {
          ...common,
          name: "browser",
          include: ["src/**/*.browser.test.ts", "test/**/*.browser.test.ts"],
          pool: "forks",
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          globalSetup: ["./test/database-template.ts", "./test/browser/set-up.ts"],
        },
      },
    ],
  },
});
