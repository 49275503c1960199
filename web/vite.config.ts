import { defineConfig } from "vitest/config";

/** Where the dashboard's answers come from while it is developed: `npm run mock`, or a real `zqos serve`. */
const SERVER = "http://127.0.0.1:8650";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    // Everything is a file: the server's policy allows data addresses for images alone.
    assetsInlineLimit: 0,
    // Vite's helper for module preloading fetches by itself, and every browser that is supported does it.
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": SERVER, "/sign-in": SERVER } },
  test: { include: ["src/**/*.test.ts"] },
});
