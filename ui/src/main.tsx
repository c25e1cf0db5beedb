/** Starts the console: finds its host, makes the stores, draws. */
import "@fontsource-variable/geist/index.css";
import "@fontsource-variable/geist-mono/index.css";
import "./styles/tokens.css";
import "./styles/base.css";
import { CSPProvider } from "@base-ui/react/csp-provider";
import { type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Broken, CrashGuard } from "./app/Crash";
import { OwnWindow } from "./app/OwnWindow";
import { applyOpening } from "./app/opening";
import { readPages } from "./app/pages";
import { keepFollowing, ownPath } from "./app/paths";
import { SignIn } from "./app/SignIn";
import { keepStatus } from "./app/status";
import { type Visit, Window } from "./app/Window";
import { openBridge } from "./bridge/index";
import { t } from "./i18n";
import { type Console, createConsole, startConsole } from "./state/console";

const root = createRoot(document.getElementById("root") as HTMLElement);

openBridge().then(
  (opened) => {
    if (opened.kind === "signIn") {
      // Signed in, the page begins again, so that nothing of the visitor before is left in it.
      draw(<SignIn onSignedIn={() => window.location.reload()} />);
      return;
    }
    const { bridge, simulated } = opened;
    const console = createConsole(bridge);
    if (simulated) applyOpening(console, window.location.search);
    startConsole(console);
    const own = ownPath(window.location.hash);
    if (own) {
      draw(<OwnWindow console={console} own={own} />);
      return;
    }
    keepFollowing(console, window.location.hash);
    keepStatus(console);
    whenIdle(() => void readPages());
    draw(<Window home={console} simulated={simulated} simulate={simulated ? null : visitSimulation} />);
  },
  (reason) => root.render(<Broken text={t("The console could not start: {{reason}}", { reason: String(reason) })} />),
);

/** WebKit has no idle callbacks; a moment after the first picture is as good. */
function whenIdle(act: () => void): void {
  if ("requestIdleCallback" in window) window.requestIdleCallback(act, { timeout: 5000 });
  else setTimeout(act, 1500);
}

function draw(what: ReactNode): void {
  root.render(
    <StrictMode>
      <CSPProvider disableStyleElements>
        <CrashGuard>{what}</CrashGuard>
      </CSPProvider>
    </StrictMode>,
  );
}

/** Loaded only when somebody wants to look at it. */
async function visitSimulation(home: Console): Promise<Visit> {
  const { createMockBridge } = await import("./bridge/mock");
  const theme = home.settings.getState().settings?.theme ?? "system";
  const console = createConsole(createMockBridge({ n: 184, jobs: 1, waiting: 1, approvals: 1, theme }));
  return { console, end: startConsole(console) };
}
