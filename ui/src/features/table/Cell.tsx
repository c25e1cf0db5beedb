// biome-ignore-all lint/a11y/useSemanticElements: virtual rows are placed, which table elements do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active row
/** What stands in one cell, for people. Not here: what stands there for programs (columns.ts). */
import { memo, type ReactNode } from "react";
import type { NodeView } from "../../bridge/types";
import { ago, count, fullTime, gigabytes, percent } from "../../components/format";
import { type MarkKind, StatusMark } from "../../components/StatusMark";
import { t } from "../../i18n";
import type { Fleet } from "../../state/fleet";
import { classOf, Status, wordOf } from "../../state/status";
import styles from "./Cell.module.css";
import { type Column, roleOf, trustOf } from "./columns";

const HIGH = 0.86;

type CellProps = {
  fleet: Fleet;
  node: NodeView;
  column: Column;
  /** Changes whenever what is shown may have changed. */
  version: number;
};

export const Cell = memo(function Cell({ fleet, node, column }: CellProps) {
  const { content, look, title } = contentOf(fleet, node, column);
  return (
    <span role="gridcell" className={look ? styles[look] : undefined} title={title}>
      {content}
    </span>
  );
});

type Content = { content: ReactNode; look?: "quiet" | "name" | "number" | "code"; title?: string };

function contentOf(fleet: Fleet, node: NodeView, column: Column): Content {
  const { ordinal } = node;
  const offline = fleet.status[ordinal] === Status.Offline;
  switch (column) {
    case "status":
      return { content: <Standing status={fleet.status[ordinal] ?? 0} node={node} /> };
    case "name":
      return { content: <Name node={node} />, look: "name" };
    case "site":
      return { content: fleet.groupLabel(ordinal) };
    case "role":
      return { content: roleOf(fleet, ordinal) };
    case "address":
      return { content: node.address, look: "code" };
    case "os":
      return { content: node.osName };
    case "arch":
      return { content: node.arch, look: "quiet" };
    case "cpu":
      return { content: <Load value={fleet.load(ordinal, "cpu")} /> };
    case "memory":
      return { content: <Load value={fleet.load(ordinal, "memory")} /> };
    case "tasks":
      return { content: count(fleet.tasks[ordinal] ?? 0), look: (fleet.tasks[ordinal] ?? 0) > 0 ? "number" : "quiet" };
    case "latency":
      return offline || node.latencyMs === null
        ? { content: "—", look: "quiet" }
        : { content: t("{{n}} ms", { n: Math.round(node.latencyMs) }) };
    case "tags":
      return listed(node.tags);
    case "version":
      return { content: node.dialect < 2 ? "v1" : node.sporeVersion, look: "code" };
    case "cores":
      return node.cpuCores > 0 ? { content: count(node.cpuCores) } : { content: "—", look: "quiet" };
    case "ram":
      return node.memoryMb > 0 ? { content: `${gigabytes(node.memoryMb)} GB` } : { content: "—", look: "quiet" };
    case "skills":
      return listed(node.skills);
    case "seen":
      return { content: offline ? ago(node.lastSeen) : t("now"), title: fullTime(node.lastSeen) };
    case "registered":
      return { content: ago(node.registeredAt), look: "quiet", title: fullTime(node.registeredAt) };
    case "trust":
      return { content: trustWord(node), look: "quiet" };
  }
}

function listed(words: readonly string[]): Content {
  const text = words.join("  ");
  return { content: <bdi>{text}</bdi>, look: "quiet", title: text };
}

function trustWord({ trust }: NodeView): string {
  switch (trustOf(trust)) {
    case "revoked":
      return t("Revoked");
    case "held":
      return t("Held");
    case "shared":
      return t("Shared token");
    case "accepted":
      return t("Own key");
  }
}

function Standing({ status, node }: { status: number; node: NodeView }) {
  const { standing } = node.trust;
  const mark: MarkKind =
    status === Status.Critical || standing === "held" ? "critical" : (classOf(status) ?? "offline");
  const word = standing === "accepted" ? wordOf(status) : standing === "held" ? t("Held") : t("Revoked");
  return (
    <span className={`${styles.status} ${mark === "online" ? "" : styles[mark]}`} title={node.degraded ?? undefined}>
      <StatusMark kind={mark} /> {word}
    </span>
  );
}

function Name({ node }: { node: NodeView }) {
  return (
    <>
      <bdi>{node.name}</bdi>
      {node.local && <em>{t("this machine")}</em>}
      {node.trust.fingerprint === null && (
        <em title={t("It has no key of its own: it shows the shared token")} data-testid="shared-mark">
          {t("shared token")}
        </em>
      )}
    </>
  );
}

function Load({ value }: { value: number | null }) {
  if (value === null) return <span className={styles.quiet}>—</span>;
  return (
    <span className={styles.load}>
      <span className={`${styles.bar} ${value >= HIGH ? styles.high : ""}`}>
        <i style={{ width: `${Math.round(value * 100)}%` }} />
      </span>
      {percent(value)}
    </span>
  );
}
