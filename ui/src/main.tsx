/** Starts the console: finds its host, makes the stores, draws. */
import "@fontsource-variable/geist/index.css";
import "@fontsource-variable/geist-mono/index.css";
import "./styles/tokens.css";
import "./styles/base.css";
import { CSPProvider } from "@base-ui/react/csp-provider";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { Broken, CrashGuard } from "./app/Crash";
import { applyOpening } from "./app/opening";
import { openBridge } from "./bridge/index";
import { createConsole, startConsole } from "./state/console";

const root = createRoot(document.getElementById("root") as HTMLElement);

openBridge().then(
  ({ bridge, simulated }) => {
    const console = createConsole(bridge);
    if (simulated) applyOpening(console, window.location.search);
    startConsole(console);
    root.render(
      <StrictMode>
        <CSPProvider disableStyleElements>
          <CrashGuard>
            <App console={console} simulated={simulated} />
          </CrashGuard>
        </CSPProvider>
      </StrictMode>,
    );
  },
  (reason) => root.render(<Broken text={`The console could not start: ${String(reason)}`} />),
);
