import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { themeStyles } from "./src/app/themeStyles.ts";

/** Where `goldspan serve` answers while the page is worked on with `npm run dev`. */
const server = process.env.GOLDSPAN_URL ?? "http://127.0.0.1:6900";

/** The theme's variables, as the stylesheet `virtual:theme.css`. */
const themeAsStyles: Plugin = {
  name: "theme-as-styles",
  resolveId: (id) => (id === "virtual:theme.css" ? "\0theme.css" : null),
  load: (id) => (id === "\0theme.css" ? themeStyles() : null),
};

/**
 * Nearly everything in the first file runs when the page opens. So told, V8 compiles it while it
 * is fetched, beside the main thread, and not function by function as each is first called.
 */
const compiledAtOnce: Plugin = {
  name: "compiled-at-once",
  // The note has to be the file's first line, and Vite writes lines of its own above all others.
  writeBundle: async ({ dir = "" }, bundle) => {
    for (const file of Object.values(bundle)) {
      if (file.type !== "chunk" || !file.isEntry) continue;
      const path = join(dir, file.fileName);
      await writeFile(path, `//# allFunctionsCalledOnLoad\n${await readFile(path, "utf8")}`);
    }
  },
};

export default defineConfig({
  plugins: [react(), themeAsStyles, compiledAtOnce],
  // The server puts a fresh nonce in this place each time it serves the page.
  html: { cspNonce: "GOLDSPAN_NONCE" },
  build: {
    outDir: "../src/goldspan/server/static",
    emptyOutDir: true,
    // The content security policy allows fonts from the server only, not from data: addresses.
    assetsInlineLimit: 0,
    target: "es2022",
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // All that every screen needs is one file, not one for each set of screens that share it.
            { name: "page", tags: ["$initial"] },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": server, "/schema": server } },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"] },
});
