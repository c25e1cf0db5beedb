/** What is known of a node, in words. Not here: anything that changes by the second (Metrics). */
import type { MethodView, NodeView } from "../../bridge/types";
import { ago, count, fullTime, gigabytes } from "../../components/format";
import { useFleet } from "../../state/hooks";
import styles from "./Overview.module.css";

export function Overview({ node, ordinal }: { node: NodeView; ordinal: number }) {
  const site = useFleet((fleet) => fleet.groupLabel(ordinal));
  const skillsOnly = node.skills.filter((skill) => !node.methods.some((method) => method.skill === skill));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={styles.overview} tabIndex={0} aria-label="Overview">
      <dl className={styles.list}>
        <Row name="Site" value={site} />
        <Row name="Host name" value={node.hostname} mono />
        <Row name="Address" value={node.address} mono />
        <Row name="System" value={[node.osName, node.arch].filter(Boolean).join(" · ") || node.platform} />
        <Row name="Hardware" value={hardware(node)} />
        <Row name="Round trip" value={node.latencyMs === null ? "" : `${Math.round(node.latencyMs)} ms`} />
        <Row
          name="Speaks"
          value={
            node.dialect < 2
              ? "the prototype’s dialect (v1): no streaming, one task at a time"
              : `v${node.dialect}, spore ${node.sporeVersion}`
          }
        />
        <Row name="Known since" value={fullTime(node.registeredAt)} />
        <Row
          name="Last seen"
          value={node.state === "offline" ? `${ago(node.lastSeen)}, ${fullTime(node.lastSeen)}` : "now"}
        />
        <Row name="Node id" value={node.id} mono />
      </dl>
      {node.tags.length > 0 && (
        <>
          <h2 className={styles.heading}>Tags</h2>
          <ul className={styles.tags}>
            {node.tags.map((tag) => (
              <li key={tag}>{tag}</li>
            ))}
          </ul>
        </>
      )}
      <h2 className={styles.heading}>Skills</h2>
      <ul className={styles.methods}>
        {node.methods.map((method) => (
          <Method key={`${method.skill}.${method.method}`} method={method} />
        ))}
        {skillsOnly.map((skill) => (
          <li key={skill}>
            <code>{skill}</code>
            <span>announced by name only</span>
          </li>
        ))}
        {node.methods.length + skillsOnly.length === 0 && <li>None announced.</li>}
      </ul>
    </section>
  );
}

function Method({ method }: { method: MethodView }) {
  return (
    <li>
      <code>
        {method.skill}.{method.method}
      </code>
      <span>{method.title}</span>
      <em>{method.effect}</em>
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

function hardware(node: NodeView): string {
  const parts = [
    node.cpuCores > 0 ? `${count(node.cpuCores)} ${node.cpuCores === 1 ? "core" : "cores"}` : "",
    node.memoryMb > 0 ? `${gigabytes(node.memoryMb)} GB` : "",
    node.hasGpu ? "GPU" : "",
    node.hasDocker ? "Docker" : "",
  ];
  return parts.filter(Boolean).join(" · ");
}
