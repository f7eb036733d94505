/** Every word of the interface, in the language that was chosen. */
import { createContext, useContext } from "react";
import { type Texts, en } from "./en";

export type Language = "en" | "de";

export const LANGUAGES: Record<Language, string> = { en: "English", de: "Deutsch" };

const KEY = "goldspan.language";

/** What was chosen before, else what the browser asks for, else English. */
export function preferredLanguage(): Language {
  const chosen = localStorage.getItem(KEY) ?? navigator.language.slice(0, 2);
  return chosen in LANGUAGES ? (chosen as Language) : "en";
}

/** Texts follow the language as of the next load of the page, so that no screen mixes two. */
export function chooseLanguage(language: Language): void {
  localStorage.setItem(KEY, language);
  location.reload();
}

export async function loadTexts(language: Language): Promise<Texts> {
  return language === "de" ? (await import("./de")).de : en;
}

/** How dates and numbers are written: the browser's own way where it speaks the language. */
export function localeOf(language: Language): string {
  return navigator.languages.find((each) => each.startsWith(language)) ?? language;
}

type Catalogue = { language: Language; texts: Texts };

const Context = createContext<Catalogue>({ language: "en", texts: en });

export const TextsProvider = Context.Provider;

export const useTexts = (): Texts => useContext(Context).texts;

export const useLanguage = (): Language => useContext(Context).language;

/** A catalogue of a part that is loaded later, such as the lead's screens. */
export function makeCatalogue<Part>(parts: Record<Language, Part>): () => Part {
  return () => parts[useLanguage()];
}
