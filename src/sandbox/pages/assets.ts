import { readFileSync } from "node:fs";
import { Hono } from "hono";

const types: Readonly<Record<string, string>> = {
  "style.css": "text/css; charset=utf-8",
  "copy.js": "text/javascript; charset=utf-8",
  "icon.svg": "image/svg+xml",
};

/** The pages' style sheet, script and icon, at addresses of their own: nothing of the kind stands within a page. */
export const assetRoutes = (): Hono => {
  const routes = new Hono();
  for (const [name, type] of Object.entries(types)) {
    const content = readFileSync(new URL(`assets/${name}`, import.meta.url), "utf8");
    routes.get(`/assets/${name}`, (call) => call.body(content, 200, { "content-type": type }));
  }
  return routes;
};
