const LONGEST_LINE = 64 * 1024 * 1024;

/** The lines of a byte stream, without their line breaks; a last line without a break counts. Empty lines are passed over. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const text = typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      parts.push(text.slice(from, end));
      const line = parts.join("").replace(/\r$/, "");
      parts = [];
      length = 0;
      from = end + 1;
      if (line.trim() !== "") yield line;
    }
    if (from < text.length) {
      parts.push(text.slice(from));
      length += text.length - from;
      if (length > LONGEST_LINE) throw new Error(`A line is longer than ${LONGEST_LINE} characters.`);
    }
  }
  const last = `${parts.join("")}${decoder.decode()}`;
  if (last.trim() !== "") yield last;
}
