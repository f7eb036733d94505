/** The words of the help sheet, loaded with it. */
import { makeCatalogue } from "../texts";

export const en = {
  hint: "Keys with a strong frame can be moved: press the button, then the new key.",
  change: (action: string, key: string) => `Change the key ${key}: ${action}`,
  press: "Press a key",
  asks: (action: string) => `Press the new key for “${action}”. Escape keeps the old one.`,
  unfit: "It has to be one letter or sign, pressed alone, and no digit.",
  taken: (key: string, action: string) => `${key} is taken: “${action}”. Press another key, or Escape.`,
  ownTaken: (key: string, action: string) => `${key} is taken: “${action}”. Move that one first.`,
  now: (action: string, key: string) => `“${action}” is now on ${key}.`,
  reset: "Reset",
  resetOne: (action: string) => `Reset the key: ${action}`,
  resetAll: "Reset all keys",
  allReset: "All keys are as they were at first.",
};

export const de: typeof en = {
  hint: "Tasten mit kräftigem Rahmen lassen sich verlegen: drück den Knopf, dann die neue Taste.",
  change: (action, key) => `Taste ${key} ändern: ${action}`,
  press: "Taste drücken",
  asks: (action) => `Drück die neue Taste für „${action}“. Escape lässt die alte.`,
  unfit: "Es muss ein Buchstabe oder Zeichen sein, allein gedrückt, und keine Ziffer.",
  taken: (key, action) => `${key} ist vergeben: „${action}“. Drück eine andere Taste oder Escape.`,
  ownTaken: (key, action) => `${key} ist vergeben: „${action}“. Verleg zuerst diese.`,
  now: (action, key) => `„${action}“ liegt jetzt auf ${key}.`,
  reset: "Zurücksetzen",
  resetOne: (action) => `Taste zurücksetzen: ${action}`,
  resetAll: "Alle Tasten zurücksetzen",
  allReset: "Alle Tasten sind wieder wie zu Anfang.",
};

export const useSheetTexts = makeCatalogue({ en, de });
