/** The last resort: when drawing fails, the reason is shown instead of a blank window. */

import { Component, type ReactNode } from "react";
import { Button } from "../components/Button";
import { Notice } from "../components/Notice";
import { t } from "../i18n";
import styles from "./App.module.css";

export class CrashGuard extends Component<{ children: ReactNode }, { problem: string | null }> {
  override state = { problem: null };

  static getDerivedStateFromError(error: unknown) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }

  override render() {
    if (this.state.problem === null) return this.props.children;
    return (
      <Broken
        text={t(
          "The console stopped drawing: {{problem}}. The Nexus itself is not affected; running executions go on.",
          { problem: this.state.problem },
        )}
      />
    );
  }
}

export function Broken({ text }: { text: string }) {
  return (
    <main className={styles.crash}>
      <Notice tone="problem">{text}</Notice>
      <Button onClick={() => window.location.reload()}>{t("Load the console again")}</Button>
    </main>
  );
}
