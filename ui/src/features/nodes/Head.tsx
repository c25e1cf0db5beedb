/** Who a node is, in two lines, and what is wrong with it. Not here: figures (Metrics), facts (Overview). */
import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { NodeView } from "../../bridge/types";
import { IconButton } from "../../components/Button";
import { ago } from "../../components/format";
import { Pill } from "../../components/Pill";
import type { MarkKind } from "../../components/StatusMark";
import { useFleet } from "../../state/hooks";
import { classOf, Status, wordOf } from "../../state/status";
import styles from "./NodeDrawer.module.css";
import { NodeMenu, type Purpose } from "./NodeMenu";

type HeadProps = {
  ordinal: number;
  onClose(): void;
  onPurpose(purpose: Purpose): void;
  onWindow: (() => void) | null;
};

export function Head({ ordinal, onClose, onPurpose, onWindow }: HeadProps) {
  const { t } = useTranslation();
  const node = useFleet((fleet) => fleet.node(ordinal));
  const status = useFleet((fleet) => fleet.status[ordinal] ?? 0);
  if (!node) return null;
  return (
    <div className={styles.head}>
      <div className={styles.title}>
        <h1 title={node.name}>
          <bdi>{node.name}</bdi>
        </h1>
        <Pill kind={markKind(status)} testId="node-state">
          {wordOf(status)}
        </Pill>
        <span className={styles.space} />
        <NodeMenu node={node} ordinal={ordinal} onPurpose={onPurpose} onWindow={onWindow} />
        <IconButton label={t("Close")} className={styles.close ?? ""} onClick={onClose} data-testid="close-drawer">
          <X size={16} strokeWidth={1.5} aria-hidden="true" />
        </IconButton>
      </div>
      <Facts node={node} ordinal={ordinal} />
      {status === Status.Offline && (
        <p className={styles.facts}>
          {node.trust.standing === "revoked"
            ? `${t("Revoked.")} `
            : node.trust.standing === "held"
              ? `${t("Held.")} `
              : ""}
          {t("Last seen {{when}}. Its place on the map stays.", { when: ago(node.lastSeen) })}
        </p>
      )}
      {classOf(status) === "degraded" && (
        <p className={styles.why} data-testid="node-reason">
          {status === Status.Critical
            ? t("Its last part in a job failed, or nobody knows how it ended. Open the job to see why.")
            : (node.degraded ?? t("No heartbeat for a while. It may be busy, or on its way out."))}
        </p>
      )}
    </div>
  );
}

function Facts({ node, ordinal }: { node: NodeView; ordinal: number }) {
  const { t } = useTranslation();
  const site = useFleet((fleet) => fleet.groupLabel(ordinal));
  const role = node.tags.find((tag) => tag.startsWith("role:"))?.slice(5);
  const version = node.dialect < 2 ? "v1" : node.sporeVersion;
  const parts = [site, role ?? node.osName].filter((part) => part !== "" && part !== undefined);
  return (
    <div className={styles.facts}>
      {parts.join(" · ")}
      {node.address && (
        <>
          {" "}
          · <code>{node.address}</code>
        </>
      )}{" "}
      · {version === "" ? t("spore") : t("spore {{version}}", { version })}
      {node.local && ` · ${t("this machine")}`}
    </div>
  );
}

function markKind(status: number): MarkKind {
  return status === Status.Critical ? "critical" : (classOf(status) ?? "offline");
}
