/** Answers that came with the page, by address: the first screen asks nobody else for them. */

let carried: Record<string, unknown> | null = null;

/** What the index carries; with `npm run dev` nobody puts anything there. */
function read(): Record<string, unknown> {
  const text = document.getElementById("carried")?.textContent;
  const found: unknown = text ? JSON.parse(text) : null;
  return found !== null && typeof found === "object" ? { ...found } : {};
}

/** The answer to a request, once: whoever asks again wants it as it is then. */
export function takeCarried(address: string): unknown {
  carried ??= read();
  const answer = carried[address];
  delete carried[address];
  return answer;
}
