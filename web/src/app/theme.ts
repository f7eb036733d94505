/** The look, as tokens of Mantine: ink on paper, one colour (gold) that means an answer. */
import {
  type MantineColorsTuple,
  type MantineThemeOverride,
  createTheme,
  defaultVariantColorsResolver,
  mergeThemeOverrides,
} from "@mantine/core";

export const ink: MantineColorsTuple = [
  "#f5f3ef",
  "#e9e5de",
  "#d3cdc3",
  "#b3aca0",
  "#8f887c",
  "#6f695f",
  "#575149",
  "#403b35",
  "#2b2824",
  "#1d1b18",
];

const gray: MantineColorsTuple = [
  "#f7f5f1",
  "#f0ede7",
  "#e8e4dc",
  "#d9d4ca",
  "#c3bdb1",
  "#a59e92",
  "#857d72",
  "#575149",
  "#403b35",
  "#2b2824",
];

/** Mantine's surfaces, borders and texts of the dark scheme, from text to background. */
const dark: MantineColorsTuple = [
  "#ece8e1",
  "#bdb6ab",
  "#a19a8e",
  "#857d72",
  "#3d3934",
  "#322f2b",
  "#1f1d1b",
  "#171614",
  "#121110",
  "#0c0b0b",
];

const gold: MantineColorsTuple = [
  "#fff8e5",
  "#ffefc6",
  "#ffe29a",
  "#ffd46b",
  "#f5c04a",
  "#dea52c",
  "#b9851b",
  "#8f6510",
  "#6b4b0a",
  "#493305",
];

const moss: MantineColorsTuple = [
  "#eef5ee",
  "#dbe9dc",
  "#b9d3bb",
  "#93bb97",
  "#6fa275",
  "#4f8757",
  "#3c6f45",
  "#2f5a37",
  "#24472b",
  "#1a3520",
];

const brick: MantineColorsTuple = [
  "#fcefec",
  "#f7dbd5",
  "#eeb7ab",
  "#e08d7c",
  "#d06855",
  "#bb4b38",
  "#a03a29",
  "#832e20",
  "#652319",
  "#481912",
];

const OVERLAY = { backgroundOpacity: 0.3, blur: 1 };

export const theme = createTheme({
  colors: { ink, gray, dark, gold, green: moss, red: brick },
  primaryColor: "ink",
  primaryShade: { light: 9, dark: 1 },
  autoContrast: true,
  variantColorResolver: (input) => {
    const given = defaultVariantColorsResolver(input);
    const isPrimary = input.color === undefined || input.color === "ink";
    if (input.variant !== "filled" || !isPrimary) return given;
    return {
      background: "var(--ink)",
      hover: "var(--ink-soft)",
      color: "var(--paper)",
      border: "1px solid transparent",
    };
  },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, monospace",
  headings: {
    fontFamily: "'Inter Variable', system-ui, sans-serif",
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.625rem", lineHeight: "1.25" },
      h2: { fontSize: "1.25rem", lineHeight: "1.3" },
      h3: { fontSize: "1.0625rem", lineHeight: "1.4" },
    },
  },
  fontSizes: { xs: "0.78125rem", sm: "0.875rem", md: "0.9375rem", lg: "1.0625rem", xl: "1.25rem" },
  defaultRadius: "md",
  radius: { xs: "4px", sm: "6px", md: "9px", lg: "14px", xl: "20px" },
  cursorType: "pointer",
  respectReducedMotion: true,
  focusRing: "auto",
  // Plain objects: `Modal.extend` would load the component with the theme.
  components: {
    Button: { defaultProps: { fw: 550 } },
    // Where the button that opens it stands, so that it is part of the same landmark; its first
    // item takes the focus.
    Menu: { defaultProps: { withinPortal: false, withInitialFocusPlaceholder: false } },
    Drawer: {
      defaultProps: { padding: "lg", overlayProps: OVERLAY },
      styles: { title: { fontWeight: 600 } },
    },
    Modal: {
      styles: { title: { fontWeight: 600, fontSize: "1.0625rem" } },
      defaultProps: {
        centered: true,
        radius: "lg",
        padding: "xl",
        overlayProps: OVERLAY,
        transitionProps: { duration: 120 },
      },
    },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false, fz: "xs" } },
  },
});

/** The theme, with the name of the button that closes a dialog or a notice. */
export function themeWith(close: string): MantineThemeOverride {
  const closing = { defaultProps: { closeButtonProps: { "aria-label": close } } };
  return mergeThemeOverrides(theme, {
    components: { Drawer: closing, Modal: closing, Notification: closing },
  });
}
