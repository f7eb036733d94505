/** The ETag of what was last changed then, as the server writes it. */
export function etag(updatedAt: string): string {
  const [date = "", time = ""] = updatedAt.replace("Z", "").split("T");
  const [clock = "", fraction = ""] = time.split(".");
  return `"${date.replaceAll("-", "")}${clock.replaceAll(":", "")}${fraction.padEnd(6, "0")}"`;
}
