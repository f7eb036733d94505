/**
 * The theme as a stylesheet, written when the page is built (see vite.config.ts), so that no
 * browser has to work it out before it draws the first screen.
 */
import {
  type ConvertCSSVariablesInput,
  DEFAULT_THEME,
  convertCssVariables,
  deepMerge,
  defaultCssVariablesResolver,
  mergeMantineTheme,
} from "@mantine/core";
import { ink, theme } from "./theme.ts";

/** Our own names for what the stylesheets use, and Mantine's surfaces in the same colours. */
const OURS: ConvertCSSVariablesInput = {
  variables: {
    "--reading-font": "'Source Serif 4 Variable', 'Noto Serif', Georgia, serif",
    "--bar-height": "3.25rem",
  },
  light: {
    "--paper": "#fbfaf7",
    "--sheet": "#ffffff",
    "--ink": ink[9],
    "--ink-soft": "#575149",
    "--ink-faint": "#6f695f",
    "--line": "#e8e4dc",
    "--line-strong": "#8f887c",
    "--wash": "#f3f0ea",
    "--mark": "#ffe08f",
    "--mark-ink": "#1d1b18",
    "--mark-edge": "#8f6510",
    "--hint": "#fff3d1",
    "--good": "#2f5a37",
    "--bad": "#a03a29",
    "--mantine-color-body": "#fbfaf7",
    "--mantine-color-text": ink[9],
    "--mantine-color-dimmed": "#6f695f",
    "--mantine-color-placeholder": "#6f695f",
    "--mantine-color-default": "#ffffff",
    "--mantine-color-default-hover": "#f3f0ea",
    "--mantine-color-default-border": "#d9d4ca",
    "--mantine-color-error": "#a03a29",
  },
  dark: {
    "--paper": "#171614",
    "--sheet": "#1f1d1b",
    "--ink": "#ece8e1",
    "--ink-soft": "#bdb6ab",
    "--ink-faint": "#a19a8e",
    "--line": "#322f2b",
    "--line-strong": "#857d72",
    "--wash": "#262421",
    "--mark": "#6e5111",
    "--mark-ink": "#fff4d6",
    "--mark-edge": "#f5c04a",
    "--hint": "#3a2f17",
    "--good": "#93bb97",
    "--bad": "#e8a394",
    "--mantine-color-body": "#171614",
    "--mantine-color-text": "#ece8e1",
    "--mantine-color-dimmed": "#a19a8e",
    "--mantine-color-placeholder": "#a19a8e",
    "--mantine-color-default": "#1f1d1b",
    "--mantine-color-default-hover": "#262421",
    "--mantine-color-default-border": "#3d3934",
    "--mantine-color-error": "#e8a394",
  },
};

/** What MantineProvider writes into a style element at run time, `withCssVariables`. */
export function themeStyles(): string {
  const mantine = defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme));
  return convertCssVariables(deepMerge(mantine, OURS), ":root");
}
