/**
 * What is known of a node and what happens on it: looked at now, then the facts that it announced.
 * Not here: figures that its heartbeats bring (Metrics).
 */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { MethodView, NodeView } from "../../bridge/types";
import { ago, fullTime, gigabytes } from "../../components/format";
import { Notice } from "../../components/Notice";
import { useFleet } from "../../state/hooks";
import { effectWord } from "./effects";
import { Machine } from "./look/Machine";
import { obstacle } from "./look/obstacle";
import { Processes } from "./look/Processes";
import type { Process } from "./look/shapes";
import { Services } from "./look/Units";
import styles from "./Overview.module.css";

type OverviewProps = {
  node: NodeView;
  ordinal: number;
  history: ReactNode;
  stop: ReactNode;
  onStopProcess: ((process: Process) => void) | null;
  onLog(service: string): void;
};

export function Overview({ node, ordinal, history, stop, onStopProcess, onLog }: OverviewProps) {
  const { t } = useTranslation();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={styles.overview} tabIndex={0} aria-label={t("Overview")}>
      {history}
      <Looked node={node} onStopProcess={onStopProcess} onLog={onLog} />
      <Facts node={node} ordinal={ordinal} />
      <Skills node={node} />
      {stop}
    </section>
  );
}

/** What can only be seen by asking the node. One reason for all of it, where none of it can be. */
function Looked({ node, onStopProcess, onLog }: Pick<OverviewProps, "node" | "onStopProcess" | "onLog">) {
  const why = ["overview", "processes", "services"].map((method) => obstacle(node, method));
  if (why.every((one) => one !== null)) return <Notice testId="look-obstacle">{why[0]}</Notice>;
  const readsLog = obstacle(node, "logs") === null;
  return (
    <>
      {why[0] === null && <Machine key={`${node.id} machine`} node={node.id} active />}
      {why[1] === null && <Processes key={`${node.id} processes`} node={node.id} active onStop={onStopProcess} />}
      {why[2] === null && (
        <Services key={`${node.id} services`} node={node.id} active onLog={readsLog ? onLog : null} />
      )}
    </>
  );
}

function Facts({ node, ordinal }: { node: NodeView; ordinal: number }) {
  const { t } = useTranslation();
  const site = useFleet((fleet) => fleet.groupLabel(ordinal));
  const speaks =
    node.dialect < 2
      ? t("the prototype’s dialect (v1): no streaming, one task at a time")
      : t("v{{dialect}}, spore {{version}}", { dialect: String(node.dialect), version: node.sporeVersion });
  return (
    <div>
      <h2 className={styles.heading}>{t("Facts")}</h2>
      <dl className={styles.list}>
        <Row name={t("Site")} value={site} />
        <Row name={t("Host name")} value={node.hostname} mono />
        <Row name={t("Address")} value={node.address} mono />
        <Row name={t("System")} value={[node.osName, node.arch].filter(Boolean).join(" · ") || node.platform} />
        <Row name={t("Hardware")} value={useHardware(node)} />
        <Row
          name={t("Round trip")}
          value={node.latencyMs === null ? "" : t("{{ms}} ms", { ms: String(Math.round(node.latencyMs)) })}
        />
        <Row name={t("Speaks")} value={speaks} />
        <Row name={t("Known since")} value={fullTime(node.registeredAt)} />
        <Row
          name={t("Last seen")}
          value={node.state === "offline" ? `${ago(node.lastSeen)}, ${fullTime(node.lastSeen)}` : t("now")}
        />
        <Row name={t("Node id")} value={node.id} mono />
      </dl>
      {node.tags.length > 0 && (
        <ul className={styles.tags} aria-label={t("Tags")}>
          {node.tags.map((tag) => (
            <li key={tag}>{tag}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Skills({ node }: { node: NodeView }) {
  const { t } = useTranslation();
  const skillsOnly = node.skills.filter((skill) => !node.methods.some((method) => method.skill === skill));
  return (
    <div>
      <h2 className={styles.heading}>{t("Skills")}</h2>
      <ul className={styles.methods}>
        {node.methods.map((method) => (
          <Method key={`${method.skill}.${method.method}`} method={method} />
        ))}
        {skillsOnly.map((skill) => (
          <li key={skill}>
            <code>{skill}</code>
            <span>{t("announced by name only")}</span>
          </li>
        ))}
        {node.methods.length + skillsOnly.length === 0 && <li>{t("None announced.")}</li>}
      </ul>
    </div>
  );
}

function Method({ method }: { method: MethodView }) {
  return (
    <li>
      <code>
        {method.skill}.{method.method}
      </code>
      <span>{method.title}</span>
      <em>{effectWord(method.effect)}</em>
    </li>
  );
}

function Row({ name, value, mono = false }: { name: string; value: string; mono?: boolean }) {
  if (value === "") return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{mono ? <code>{value}</code> : <bdi>{value}</bdi>}</dd>
    </>
  );
}

function useHardware(node: NodeView): string {
  const { t } = useTranslation();
  const parts = [
    node.cpuCores > 0 ? t("{{count}} cores", { count: node.cpuCores }) : "",
    node.memoryMb > 0 ? `${gigabytes(node.memoryMb)} GB` : "",
    node.hasGpu ? "GPU" : "",
    node.hasDocker ? t("Docker") : "",
  ];
  return parts.filter(Boolean).join(" · ");
}
