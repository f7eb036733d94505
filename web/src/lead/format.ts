/** Numbers and times in the reader's language. */

export function percent(share: number, language: string): string {
  return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 }).format(
    share,
  );
}

/** The contract's times are UTC and name no zone. */
export function moment(time: string): Date {
  return new Date(/[Z+]|-\d\d:\d\d$/.test(time) ? time : `${time}Z`);
}

export function day(time: string, language: string): string {
  return moment(time).toLocaleDateString(language, { dateStyle: "medium" });
}

export function dayAndTime(time: string, language: string): string {
  return moment(time).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
}

/** Seconds as people say them: 4.2 s, 1 min 5 s. */
export function seconds(value: number | null, language: string): string {
  if (value === null) return "–";
  if (value < 60) return `${value.toLocaleString(language, { maximumFractionDigits: 1 })} s`;
  return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}
