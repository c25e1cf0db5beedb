/** UI tests run in a real Chromium (the system's), because the map needs layout, pointer events and WebGL2. */
import react from "@vitejs/plugin-react";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  // Named here, because a dependency found late makes Vite reload the page under a running test.
  optimizeDeps: {
    include: [
      "@base-ui/react/combobox",
      "@base-ui/react/csp-provider",
      "@base-ui/react/dialog",
      "@base-ui/react/menu",
      "@base-ui/react/popover",
      "@base-ui/react/select",
      "@base-ui/react/switch",
      "@base-ui/react/tabs",
      "@cfworker/json-schema",
      "@tanstack/react-virtual",
      "axe-core",
      "typescript",
      "i18next",
      "lucide-react",
      "react-dom/client",
      "react-i18next",
      "uplot",
      "zustand",
      "zustand/vanilla",
    ],
  },
  test: {
    // As with the tests of the whole system: on a machine that stands still for a moment one can fail for that alone. `npm test` names it.
    retry: 1,
    include: ["src/**/*.test.{ts,tsx}", "tests/**/*.test.{ts,tsx}"],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      viewport: { width: 1440, height: 900 },
      provider: playwright({
        launchOptions: {
          executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
          args: [
            "--no-sandbox",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--use-angle=swiftshader",
            "--enable-unsafe-swiftshader",
          ],
        },
      }),
      instances: [{ browser: "chromium" }],
    },
  },
});
