import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** Where `goldspan serve` answers while the page is worked on with `npm run dev`. */
const server = process.env.GOLDSPAN_URL ?? "http://127.0.0.1:6900";

export default defineConfig({
  plugins: [react()],
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
            { name: "annotating", test: /[\\/]screens[\\/]annotate[\\/](?!Difference|HistoryPanel|Refused)/ },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": server, "/schema": server } },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"] },
});
