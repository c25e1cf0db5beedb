/** How a machine is at this moment: load and cores, disks, network, heat. Not here: CPU and memory over time (Metrics). */
import { useTranslation } from "react-i18next";
import { bytes, decimal, percent } from "../../../components/format";
import styles from "./Machine.module.css";
import { Section } from "./Section";
import {
  type Disk,
  type Gpu,
  type Interface,
  type Machine as MachineView,
  readMachine,
  type Temperature,
} from "./shapes";
import { useLook, useSection } from "./useLook";
import { uptime } from "./words";

const EVERY_MS = 10_000;
const NOTHING = {};
/** From here on a disk is worth a second look. */
const FULL = 0.9;
const SHOWN = 6;

export function Machine({ node, active }: { node: string; active: boolean }) {
  const { t } = useTranslation();
  const { element, inSight } = useSection();
  const look = useLook({
    node,
    method: "overview",
    parameters: NOTHING,
    everyMs: EVERY_MS,
    active: active && inSight,
    read: readMachine,
  });
  const seen = look.seen;
  return (
    <Section
      ref={element}
      title={t("Machine")}
      aside={seen?.uptime == null ? "" : t("up {{time}}", { time: uptime(seen.uptime) })}
      look={look}
      testId="machine"
    >
      {seen && (
        <>
          <Cores machine={seen} />
          <Disks disks={seen.disks} />
          <Network network={seen.network} />
          <Heat temperatures={seen.temperatures} gpus={seen.gpus} />
        </>
      )}
    </Section>
  );
}

/** One bar for each core, and the load that waits for them. */
function Cores({ machine: { cores, load, swapTotal, swapUsed } }: { machine: MachineView }) {
  const { t } = useTranslation();
  const waits = load.length === 3 ? load.map((one) => decimal(one, 2)).join(" · ") : null;
  return (
    <div className={styles.cores}>
      <div
        className={styles.bars}
        role="img"
        aria-label={t("Load of the cores: {{list}}", { list: cores.map((core) => percent(core)).join(", ") })}
      >
        {cores.slice(0, 128).map((core, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a core has no name but its place
          <svg key={i} viewBox="0 0 4 26" preserveAspectRatio="none" aria-hidden="true">
            <rect x="0" y="0" width="4" height="26" className={styles.rest} />
            <rect
              x="0"
              y={26 - Math.max(1, core * 26)}
              width="4"
              height={Math.max(1, core * 26)}
              className={styles.used}
            />
          </svg>
        ))}
      </div>
      <p className={styles.under}>
        <span>{t("{{count}} cores", { count: cores.length })}</span>
        {waits !== null && (
          <span title={t("Of the last 1, 5 and 15 minutes")}>{t("load {{load}}", { load: waits })}</span>
        )}
        {swapTotal > 0 && (
          <span>{t("swap {{used}} of {{total}}", { used: bytes(swapUsed), total: bytes(swapTotal) })}</span>
        )}
      </p>
    </div>
  );
}

function Disks({ disks }: { disks: readonly Disk[] }) {
  const { t } = useTranslation();
  return (
    <ul className={styles.disks} aria-label={t("Disks")}>
      {disks.slice(0, SHOWN).map((disk) => {
        const share = Math.min(1, disk.used / disk.total);
        return (
          <li
            key={`${disk.device} ${disk.mount}`}
            className={share >= FULL ? styles.full : undefined}
            data-testid="disk"
          >
            <span className={styles.line}>
              <code title={`${disk.device} · ${disk.kind}`}>{disk.mount}</code>
              {disk.readOnly && <em>{t("read-only")}</em>}
              <span>
                <b>{percent(share)}</b> {t("of {{total}}", { total: bytes(disk.total) })}
              </span>
            </span>
            <svg className={styles.meter} viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
              <rect width="100" height="4" className={styles.rest} />
              <rect width={share * 100} height="4" className={styles.used} />
            </svg>
          </li>
        );
      })}
    </ul>
  );
}

/** The loopback says nothing of a machine that has anything else. */
function Network({ network }: { network: readonly Interface[] }) {
  const { t } = useTranslation();
  const outside = network.filter(({ name }) => !/^lo\d*$/.test(name));
  const shown = outside.length > 0 ? outside : network;
  if (shown.length === 0) return null;
  return (
    <ul className={styles.rows} aria-label={t("Network")}>
      {shown.slice(0, SHOWN).map((one) => (
        <li key={one.name} title={one.addresses.join(", ")}>
          <code>{one.name}</code>
          <Rate mark="↓" said={t("receives")} rate={one.receiving} />
          <Rate mark="↑" said={t("sends")} rate={one.sending} />
          {one.errors > 0 && <em>{t("{{count}} errors", { count: one.errors })}</em>}
        </li>
      ))}
    </ul>
  );
}

function Rate({ mark, said, rate }: { mark: string; said: string; rate: number }) {
  return (
    <span>
      <span aria-hidden="true">{mark}</span>
      <span className="visually-hidden">{said}</span> {bytes(rate)}/s
    </span>
  );
}

function Heat({ temperatures, gpus }: { temperatures: readonly Temperature[]; gpus: readonly Gpu[] }) {
  const { t } = useTranslation();
  if (temperatures.length + gpus.length === 0) return null;
  return (
    <ul className={styles.rows} aria-label={t("Temperatures and graphics processors")}>
      {gpus.slice(0, SHOWN).map((gpu, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: several may have one name, and none another name
        <li key={i}>
          <code>{gpu.name}</code>
          {gpu.usage !== null && <span>{percent(gpu.usage)}</span>}
          {gpu.memoryUsed !== null && gpu.memoryTotal !== null && (
            <span>{t("{{used}} of {{total}}", { used: bytes(gpu.memoryUsed), total: bytes(gpu.memoryTotal) })}</span>
          )}
          {gpu.celsius !== null && <span>{degrees(gpu.celsius)}</span>}
        </li>
      ))}
      {temperatures
        .filter((one, i) => i === 0 || isHot(one))
        .map((one) => (
          <li key={one.name} className={isHot(one) ? styles.full : undefined}>
            <code>{one.name}</code>
            <span>{degrees(one.celsius)}</span>
          </li>
        ))}
    </ul>
  );
}

function isHot({ celsius, critical }: Temperature): boolean {
  return critical !== null && celsius >= critical - 10;
}

function degrees(celsius: number): string {
  return `${decimal(celsius, 0)} °C`;
}
