/** Builds the console into `ui/dist`, which the desktop shell embeds. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  clearScreen: false,
  server: { port: 5173, strictPort: true, host: "127.0.0.1" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 550,
    // Libraries change less often than the console: a browser keeps theirs over an update.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: "drawing", test: /node_modules\/(react|react-dom|scheduler|@base-ui|@floating-ui)\// }],
        },
      },
    },
  },
});
