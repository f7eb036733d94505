/** A moment of the server's: with a zone on our own routes, without one (meaning UTC) on the others. */
export function parseTime(text: string): Date {
  return new Date(/(Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
}
