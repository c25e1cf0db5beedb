/** The services of a node: those that failed at once, the others when they are asked for. Not here: starting any. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/Button";
import { StatusMark } from "../../../components/StatusMark";
import { TextField } from "../../../components/TextField";
import { Section } from "./Section";
import { readServices, type Service } from "./shapes";
import styles from "./Units.module.css";
import { useLook, useSection } from "./useLook";
import { serviceWord } from "./words";

const EVERY_MS = 30_000;
const SHOWN = 200;
const ALL = {};

type ServicesProps = {
  node: string;
  active: boolean;
  /** Null: its log cannot be read. */
  onLog: ((service: string) => void) | null;
};

export function Services({ node, active, onLog }: ServicesProps) {
  const { t } = useTranslation();
  const { element, inSight } = useSection();
  const [all, setAll] = useState(false);
  const [search, setSearch] = useState("");
  const look = useLook({
    node,
    method: "services",
    parameters: ALL,
    everyMs: EVERY_MS,
    active: active && inSight,
    read: readServices,
  });
  const seen = look.seen;
  const wanted = search.trim().toLowerCase();
  const fits = (one: Service) => `${one.name} ${one.description}`.toLowerCase().includes(wanted);
  const rows = (seen?.list ?? []).filter((one) => (all ? fits(one) : one.active === "failed"));
  return (
    <Section
      ref={element}
      title={t("Services")}
      aside={seen ? t("{{count}} in all", { count: seen.total }) : ""}
      look={look}
      testId="services"
    >
      {all && <TextField label={t("Search services")} value={search} onChange={setSearch} testId="service-search" />}
      {seen?.failed === 0 && !all && <p className={styles.quiet}>{t("None has failed.")}</p>}
      <ul className={styles.list}>
        {rows.slice(0, SHOWN).map((one) => (
          <Row key={one.name} service={one} onLog={onLog} />
        ))}
      </ul>
      {seen && (
        <div>
          <Button small look="bare" aria-expanded={all} onClick={() => setAll(!all)} data-testid="more-services">
            {all ? t("Show those that failed only") : t("Show all services…")}
          </Button>
        </div>
      )}
    </Section>
  );
}

function Row({ service, onLog }: { service: Service; onLog: ServicesProps["onLog"] }) {
  const { t } = useTranslation();
  const failed = service.active === "failed";
  const kind = failed ? "critical" : service.active === "active" ? "online" : "offline";
  return (
    <li data-testid="service" data-state={service.active}>
      <StatusMark kind={kind} size={10} />
      <span className={styles.name} title={service.description}>
        {service.name}
      </span>
      <em className={failed ? styles.failed : undefined}>{serviceWord(service)}</em>
      {onLog && (
        <Button
          small
          look="bare"
          aria-label={t("Log of {{name}}", { name: service.name })}
          onClick={() => onLog(service.name)}
          data-testid="service-log"
        >
          {t("Log")}
        </Button>
      )}
    </li>
  );
}
