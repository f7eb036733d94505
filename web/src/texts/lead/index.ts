/** The catalogue of the lead's screens, loaded with them. */
import { makeCatalogue } from "..";
import { de } from "./de";
import { en } from "./en";

export const useLeadTexts = makeCatalogue({ en, de });
