const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
// Marks, format characters, and the vowels and ends of Korean syllables that are written as their parts.
const invisible = /[\p{Mark}\p{Cf}\p{Cc}\u1160-\u11ff]/u;
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
const emoji = /\p{Emoji_Presentation}|\ufe0f/u;
const plain = /^[\x20-\x7e]*$/;
// Control characters move the cursor, and direction overrides reorder what was printed around them.
const unsafe = /[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu;

/** Text from elsewhere as a terminal may show it: on one line, with every control character made visible. */
export const printable = (text: string): string =>
  plain.test(text)
    ? text
    : text
        .replace(/\r\n|[\n\r\t]/g, " ")
        .replace(unsafe, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);

const widthOfGrapheme = (grapheme: string): number => {
  if (emoji.test(grapheme)) return 2;
  let width = 0;
  for (const sign of grapheme) width += invisible.test(sign) ? 0 : wide.test(sign) ? 2 : 1;
  return width;
};

/** Columns that a text takes on a terminal. */
export const displayWidth = (text: string): number => {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += widthOfGrapheme(segment);
  return width;
};

/** `text` cut to `width` columns, with `…` at the end where something is missing. */
export const shorten = (text: string, width: number): string => {
  if (displayWidth(text) <= width) return text;
  if (width <= 0) return "";
  let kept = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const next = widthOfGrapheme(segment);
    if (used + next > width - 1) break;
    kept += segment;
    used += next;
  }
  return `${kept}…`;
};

/** `text` with blanks added up to `width` columns. */
export const pad = (text: string, width: number, side: "start" | "end" = "end"): string => {
  const blanks = " ".repeat(Math.max(0, width - displayWidth(text)));
  return side === "end" ? text + blanks : blanks + text;
};

/** Lines of at most `width` columns, broken between words; `indent` stands before each line but the first, which keeps its own blanks. */
export const wrap = (text: string, width: number, indent = ""): string => {
  const lines: string[] = [];
  const [first = "", ...words] = text.trimStart().split(" ");
  let line = text.slice(0, text.length - text.trimStart().length) + first;
  for (const word of words) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && displayWidth(longer) > width - (lines.length > 0 ? indent.length : 0)) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  lines.push(line);
  return lines.join(`\n${indent}`);
};
