/** What no line can show: control and format characters, halves of surrogate pairs, separators of lines. */
const ILLEGIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A text as a sentence may quote it: every character takes its place and can be stored, and the end is cut off after `most` of them. */
export function legible(text: string, most = 60): string {
  const cut = text.length > most;
  // One unit more, so that a pair that is cut in two is seen whole.
  const characters = cut ? [...text.slice(0, most + 1)].slice(0, most) : [...text];
  const shown = characters
    .join("")
    .replace(/[\t\r\n]/g, " ")
    .replace(ILLEGIBLE, "\ufffd");
  return cut ? `${shown}…` : shown;
}

/** One character as a sentence names it; an illegible one by its number. */
export function nameOfCharacter(character: string): string {
  const isPlain = !/^[\p{C}\p{Z}]$/u.test(character);
  return isPlain ? character : `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
}
