/** The top bar: who this is, the command field, how the link fares, theme, and how many nodes need a look. */
import { Bell, Moon, Plus, Search, Sun } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "../components/Button";
import { count } from "../components/format";
import { Kbd, withModifier } from "../components/Kbd";
import { StatusMark } from "../components/StatusMark";
import { StopButton } from "../features/stop/StopButton";
import { useEnvironments } from "../state/environments";
import { useConsole, useFleet, useLink, useTrust } from "../state/hooks";
import { Language } from "./Language";
import { medianLatency } from "./latency";
import { Switch } from "./Switch";
import styles from "./TopBar.module.css";
import { useAlertCount, useGateCount, usePendingCount } from "./waiting";

export function TopBar({
  theme,
  simulated,
  onTheme,
}: {
  theme: "dark" | "light";
  simulated: boolean;
  onTheme(): void;
}) {
  const { t } = useTranslation();
  const { ui } = useConsole();
  const { visiting } = useEnvironments();
  const Icon = theme === "dark" ? Moon : Sun;
  return (
    <header className={styles.top}>
      <div className={styles.brand}>
        <span className={styles.mark}>
          <Mark />
        </span>
        Nexus
        <Switch />
        {simulated && !visiting && <span className={styles.note}>{t("simulated")}</span>}
      </div>
      <button
        type="button"
        className={styles.command}
        onClick={() => ui.getState().set({ palette: { open: true, query: "" } })}
        data-testid="command-field"
      >
        <Search size={16} strokeWidth={1.5} aria-hidden="true" />
        <span>{t("Search nodes, run a skill, jump to…")}</span>
        <Kbd>{withModifier("K")}</Kbd>
      </button>
      <div className={styles.right}>
        <Link />
        <StopButton />
        <IconButton
          label={t("Add a machine (A)")}
          onClick={() => ui.getState().set({ adding: true })}
          data-testid="top-add-machine"
        >
          <Plus size={17} strokeWidth={1.5} aria-hidden="true" />
        </IconButton>
        <Language />
        <IconButton
          label={theme === "dark" ? t("Light theme") : t("Dark theme")}
          onClick={onTheme}
          data-testid="theme-toggle"
        >
          <Icon size={16} strokeWidth={1.5} aria-hidden="true" />
        </IconButton>
        <Attention />
      </div>
    </header>
  );
}

/** Everything that waits for the operator: nodes in trouble, and machines at the door. */
function Attention() {
  const { t } = useTranslation();
  const { ui } = useConsole();
  const degraded = useAlertCount();
  const waiting = useTrust((s) => s.waiting.length);
  const asked = usePendingCount();
  const gates = useGateCount();
  const parts = [
    degraded > 0 ? t("{{n}} degraded", { n: degraded }) : "",
    waiting > 0 ? t("{{n}} waiting to join", { n: waiting }) : "",
    asked > 0 ? t("{{n}} waiting for a second yes", { n: asked }) : "",
    gates > 0 ? t("{{n}} waiting at a gate", { n: gates }) : "",
  ].filter((part) => part !== "");
  const total = degraded + waiting + asked + gates;
  const show = () => {
    const { page, go, closePanel } = ui.getState();
    // The only page beside which it stands whatever was looked at.
    if (page !== "map") go("map");
    closePanel();
  };
  return (
    <button
      type="button"
      className={styles.attention}
      onClick={show}
      data-testid="attention-count"
      title={t("Needs attention")}
      aria-label={
        parts.length > 0
          ? t("Needs attention: {{n}}, {{what}}", { n: total, what: parts.join(", ") })
          : t("Nothing needs attention")
      }
    >
      <Bell size={16} strokeWidth={1.5} aria-hidden="true" />
      {parts.length > 0 && <b>{count(total)}</b>}
    </button>
  );
}

function Link() {
  const { t } = useTranslation();
  const state = useLink((s) => s.state);
  const problem = useLink((s) => s.problem);
  const name = useLink((s) => s.nexus?.name ?? "");
  const latency = useFleet(medianLatency);
  const words = {
    connecting: t("Connecting…"),
    live: latency === null ? name : `${name} · ${t("{{n}} ms", { n: latency })}`,
    resyncing: t("Reading the swarm again…"),
    lost: t("No connection to the Nexus, trying again…"),
  }[state];
  return (
    <span
      className={`${styles.link} ${state === "lost" ? styles.lost : ""}`}
      data-testid="link-state"
      data-state={state}
      title={problem ?? t("Median round trip to the nodes that are online")}
    >
      <StatusMark kind={state === "live" ? "online" : state === "lost" ? "critical" : "activity"} />
      <span>{words}</span>
    </span>
  );
}

function Mark() {
  return (
    <svg width="22" height="22" viewBox="0 0 24 24" fill="none" stroke="currentColor" aria-hidden="true">
      <circle cx="12" cy="12" r="6.2" strokeWidth="1.7" />
      <circle cx="12" cy="12" r="2.4" fill="currentColor" stroke="none" />
      <path
        d="M16.6 7.4a10.4 10.4 0 0 1 4.6 1.2M7.4 16.6a10.4 10.4 0 0 1-4.6-1.2"
        strokeWidth="1.4"
        strokeLinecap="round"
        opacity=".55"
      />
    </svg>
  );
}
