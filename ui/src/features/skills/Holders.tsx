/** Who has a method: how many of all, how many of them can be reached, and at which sites; each part can be chosen. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { count } from "../../components/format";
import { StatusMark } from "../../components/StatusMark";
import { useConsole, useFleet } from "../../state/hooks";
import { Status } from "../../state/status";
import styles from "./MethodPage.module.css";

const MOST_SITES = 14;

type HoldersProps = { ordinals: readonly number[]; size: number; method: string; children: ReactNode };

export function Holders({ ordinals, size, method, children }: HoldersProps) {
  const { t } = useTranslation();
  const { fleet, ui } = useConsole();
  useFleet((f) => f.versions.status);
  const sites = new Map<string, number[]>();
  let away = 0;
  for (const ordinal of ordinals) {
    if (fleet.status[ordinal] === Status.Offline) away += 1;
    const site = fleet.groupLabel(ordinal);
    const list = sites.get(site);
    if (list) list.push(ordinal);
    else sites.set(site, [ordinal]);
  }
  const largest = [...sites].sort((a, b) => b[1].length - a[1].length);
  const choose = (chosen: readonly number[]) => {
    ui.getState().set({ method });
    ui.getState().select(chosen);
  };
  return (
    <section className={styles.part} aria-label={t("Who has it")} data-testid="skill-holders">
      <div className={styles.partHead}>
        <h3>{t("On {{count}} nodes", { count: ordinals.length })}</h3>
        <span className={styles.quiet}>
          {ordinals.length === size ? t("all of them") : t("of {{count}}", { count: size })}
          {away > 0 && <> · {t("{{count}} offline", { count: away })}</>}
        </span>
        <span className={styles.tools}>{children}</span>
      </div>
      <div className={styles.share} aria-hidden="true">
        <svg width="100%" height="4" preserveAspectRatio="none" aria-hidden="true">
          <rect width={`${(100 * (ordinals.length - away)) / Math.max(1, size)}%`} height="4" data-part="online" />
          <rect
            x={`${(100 * (ordinals.length - away)) / Math.max(1, size)}%`}
            width={`${(100 * away) / Math.max(1, size)}%`}
            height="4"
            data-part="offline"
          />
        </svg>
      </div>
      <ul className={styles.sites} aria-label={t("Sites")}>
        {largest.slice(0, MOST_SITES).map(([site, list]) => (
          <li key={site}>
            <button type="button" onClick={() => choose(list)} data-testid="skill-site">
              {site} <b>{count(list.length)}</b>
            </button>
          </li>
        ))}
        {largest.length > MOST_SITES && <li>{t("{{count}} more sites", { count: largest.length - MOST_SITES })}</li>}
        {away > 0 && (
          <li>
            <button
              type="button"
              onClick={() => choose(ordinals.filter((ordinal) => fleet.status[ordinal] === Status.Offline))}
            >
              <StatusMark kind="offline" size={9} /> {t("offline")} <b>{count(away)}</b>
            </button>
          </li>
        )}
      </ul>
    </section>
  );
}
