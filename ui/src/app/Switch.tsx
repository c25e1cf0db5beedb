/** The environment switch with what the host knows. Not here: how it looks (features/environments). */
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { EnvironmentBridge, EnvironmentView } from "../bridge/types";
import { ConnectDialog } from "../features/environments/ConnectDialog";
import { EnvironmentSwitch } from "../features/environments/EnvironmentSwitch";
import type { Console } from "../state/console";
import { useEnvironments } from "../state/environments";
import { useConsole, useLink } from "../state/hooks";
import { problemText } from "../state/problem";

export function Switch() {
  const { t } = useTranslation();
  const console = useConsole();
  const { visiting, simulate, leave } = useEnvironments();
  const nexus = useLink((s) => s.nexus?.name ?? "");
  // Null: this host knows no others, or nobody asked it yet.
  const [list, setList] = useState<readonly EnvironmentView[] | null>(null);
  const [connecting, setConnecting] = useState(false);
  const host = visiting || list === null ? null : hostOf(console);
  const read = useCallback(() => {
    hostOf(console)
      ?.environments()
      .then(setList, () => setList(null));
  }, [console]);
  useEffect(read, [read]);
  const change = async (id: string) => {
    try {
      await host?.switchEnvironment(id);
      read();
    } catch (reason) {
      console.news.toast(t("The environment was not changed: {{reason}}", { reason: problemText(reason) }), "problem");
    }
  };
  const name = visiting ? t("Simulated fleet") : (list?.find((one) => one.current)?.name ?? (nexus || "Nexus"));
  return (
    <>
      <EnvironmentSwitch
        name={name}
        simulated={visiting}
        list={visiting ? [] : (list ?? [])}
        onLook={read}
        onSwitch={(id) => void change(id)}
        onConnect={host && (() => setConnecting(true))}
        onSimulate={visiting ? null : simulate}
        onLeave={visiting ? leave : null}
      />
      {host && (
        <ConnectDialog
          open={connecting}
          bridge={host}
          onClose={() => setConnecting(false)}
          onConnected={(made) => {
            setConnecting(false);
            void change(made.id);
          }}
        />
      )}
    </>
  );
}

/** The host's side of it. A browser looks at the Nexus that served it, and at no other. */
function hostOf({ bridge }: Console): EnvironmentBridge | null {
  return bridge.place === "browser" ? null : bridge;
}
