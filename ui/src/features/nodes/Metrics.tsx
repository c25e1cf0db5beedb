/** CPU, memory and tasks of one node as numbers with sparklines. Not here: axes and long history. */

import { useTranslation } from "react-i18next";
import { count, gigabytes } from "../../components/format";
import { Spark } from "../../components/Spark";
import { useConsole, useFleet } from "../../state/hooks";
import { Status } from "../../state/status";
import styles from "./NodeDrawer.module.css";

/** From here on a load is worth a second look; the same limit as in the table. */
const HIGH = 0.86;

export function Metrics({ ordinal }: { ordinal: number }) {
  const { t } = useTranslation();
  const { fleet } = useConsole();
  useFleet((f) => f.versions.vitals + f.versions.structure);
  const node = fleet.node(ordinal);
  const offline = fleet.status[ordinal] === Status.Offline;
  const cpu = fleet.load(ordinal, "cpu");
  const memory = fleet.load(ordinal, "memory");
  const tasks = fleet.tasks[ordinal] ?? 0;
  const total = node?.memoryMb ?? 0;
  return (
    <dl className={styles.metrics}>
      <Metric
        title="CPU"
        high={cpu !== null && cpu >= HIGH}
        value={cpu === null ? "—" : String(Math.round(cpu * 100))}
        unit={cpu === null ? "" : "%"}
        values={fleet.history.read(ordinal, "cpu")}
        top={1}
      />
      <Metric
        title={t("Memory")}
        high={memory !== null && memory >= HIGH}
        value={memory === null ? "—" : total > 0 ? gigabytes(memory * total) : String(Math.round(memory * 100))}
        unit={total > 0 ? `/ ${gigabytes(total)} GB` : memory === null ? "" : "%"}
        values={fleet.history.read(ordinal, "memory")}
        top={1}
      />
      <Metric
        title={t("Tasks")}
        value={offline ? "—" : count(tasks)}
        unit={offline ? "" : t("active", { context: "tasks" })}
        values={fleet.history.read(ordinal, "tasks")}
        top={Math.max(4, tasks)}
      />
    </dl>
  );
}

function Metric(props: { title: string; value: string; unit: string; values: number[]; top: number; high?: boolean }) {
  return (
    <div className={`${styles.metric} ${props.high ? styles.high : ""}`}>
      <dt>{props.title}</dt>
      <dd>
        <span className={styles.number}>
          {props.value} <small>{props.unit}</small>
        </span>
        <Spark values={props.values} top={props.top} />
      </dd>
    </div>
  );
}
