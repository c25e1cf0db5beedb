/**
 * "Chart by Site": what the map is grouped by, and the way to look at it grouped by something else. Choosing only
 * shows a preview; nobody else's map moves before Apply.
 * Not here: the preview's bar (ChartBar.tsx), what a chart is (the host).
 */
import { Menu } from "@base-ui/react/menu";
import { Check, ChevronDown, Undo2 } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ChartBy } from "../../bridge/types";
import { useCharts, useConsole } from "../../state/hooks";
import styles from "./Chart.module.css";
import { dimensionWord, sameBy, type TagKey, tagKeys } from "./chartWords";

const SITE: ChartBy = { dimension: "site", key: null };
const ROLE: ChartBy = { dimension: "role", key: null };
const GROUP: ChartBy = { dimension: "group", key: null };

export function ChartMenu() {
  const { t } = useTranslation();
  const { charts } = useConsole();
  const chart = useCharts((s) => s.chart);
  const preview = useCharts((s) => s.preview);
  const [open, setOpen] = useState(false);
  if (chart === null) return null;
  const shown = preview?.by ?? chart.by;
  return (
    <Menu.Root open={open} onOpenChange={setOpen}>
      <Menu.Trigger className={styles.trigger} data-testid="chart-menu" data-by={shown.dimension}>
        <span className={styles.quiet}>{t("Chart by")}</span>
        <b>{dimensionWord(shown)}</b>
        <ChevronDown size={13} strokeWidth={1.5} aria-hidden="true" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className={styles.positioner} sideOffset={5} align="start">
          <Menu.Popup className={styles.popup} data-testid="chart-popup">
            <Choice by={SITE} now={shown} hint={t("where it is")} />
            <Choice by={ROLE} now={shown} hint={t("what it is for")} />
            <Choice by={GROUP} now={shown} hint={t("the first one it is in")} />
            {open && <Tags now={shown} />}
            {chart.canUndo && (
              <>
                <Menu.Separator className={styles.line} />
                <Menu.Item
                  className={styles.item}
                  onClick={() => void charts.getState().undo()}
                  data-testid="chart-menu-undo"
                >
                  <Undo2 size={13} strokeWidth={1.5} aria-hidden="true" className={styles.mark} />
                  {t("Back to the chart before")}
                </Menu.Item>
              </>
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

/** Counted when the menu opens. */
function Tags({ now }: { now: ChartBy }) {
  const { t } = useTranslation();
  const { fleet } = useConsole();
  const keys = useMemo<TagKey[]>(() => tagKeys(fleet), [fleet]);
  const known = now.dimension === "tag" && !keys.some(({ key }) => key === now.key);
  if (keys.length === 0 && !known) return null;
  return (
    <Menu.Group>
      <Menu.GroupLabel className={styles.label}>{t("A tag")}</Menu.GroupLabel>
      {known && <Choice by={now} now={now} hint="" />}
      {keys.map(({ key, values }) => (
        <Choice key={key} by={{ dimension: "tag", key }} now={now} hint={t("{{count}} values", { count: values })} />
      ))}
    </Menu.Group>
  );
}

function Choice({ by, now, hint }: { by: ChartBy; now: ChartBy; hint: string }) {
  const { charts } = useConsole();
  const chosen = sameBy(by, now);
  return (
    <Menu.Item
      className={styles.item}
      aria-current={chosen || undefined}
      onClick={() => void charts.getState().look(by)}
      data-testid={`chart-by-${by.key ?? by.dimension}`}
    >
      <Check size={13} strokeWidth={1.5} aria-hidden="true" className={chosen ? styles.mark : styles.noMark} />
      <span>{dimensionWord(by)}</span>
      <span className={styles.hint}>{hint}</span>
    </Menu.Item>
  );
}
