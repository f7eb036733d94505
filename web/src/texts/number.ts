/**
 * How a language writes numbers. Whole numbers below 1,000 are written alike in all languages of
 * the catalogue; asking the browser for the first time takes about 10 ms, while the screen waits.
 */
export const numberIn =
  (language: string) =>
  (n: number): string =>
    Number.isInteger(n) && n >= 0 && n < 1000 ? String(n) : n.toLocaleString(language);
