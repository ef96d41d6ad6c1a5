import { html } from "hono/html";
import type { Html } from "./layout.ts";

/** A moment in UTC, to the second. */
export const moment = (at: Date): Html =>
  html`<time datetime="${at.toISOString()}">${at.toISOString().replace("T", " ").slice(0, 19)}</time>`;

export const day = (at: Date): Html =>
  html`<time datetime="${at.toISOString()}">${at.toISOString().slice(0, 10)}</time>`;

/** A table that scrolls within a region of its own where it is too wide. @param heads null: a column of buttons */
export const table = (
  caption: string,
  heads: readonly (string | null)[],
  rows: readonly (readonly Html[])[],
  empty: Html,
): Html =>
  rows.length === 0
    ? html`<p class="empty">${empty}</p>`
    : html`<div class="card scroll" role="region" aria-label="${caption}" tabindex="0"><table><caption>${caption}</caption>
<thead><tr>${heads.map((head) => (head === null ? html`<th scope="col"><span class="hidden">Actions</span></th>` : html`<th scope="col">${head}</th>`))}</tr></thead>
<tbody>${rows.map(
        (cells) =>
          html`<tr>${cells.map((cell, index) => (index === 0 ? html`<th scope="row">${cell}</th>` : heads[index] === null ? html`<td class="actions">${cell}</td>` : html`<td>${cell}</td>`))}</tr>`,
      )}</tbody></table></div>`;

export const tag = (text: string, mood: "" | "good" | "warn" | "bad" = ""): Html =>
  html`<span class="tag ${mood}">${text}</span>`;

/** Text in which \`this\` stands for code. */
export const prose = (text: string): Html =>
  html`${text.split("`").map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;

/** An address with these parameters, without those that are empty. */
export const addressWith = (path: string, query: Readonly<Record<string, string | undefined>>): string => {
  const given = Object.entries(query).filter((pair): pair is [string, string] => (pair[1] ?? "") !== "");
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
};
