/** What of a log is wanted: where from, which unit, how serious, since when, which words. Not here: reading it. */
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Choice } from "../../../components/Choice";
import { Completing, type Completion } from "../../../components/Completing";
import { Segmented } from "../../../components/Segmented";
import { useConsole } from "../../../state/hooks";
import styles from "./LogFilters.module.css";
import type { LogWish, Since } from "./log";
import { readServices, type Service } from "./shapes";
import { SYSTEM } from "./useLook";
import { serviceWord } from "./words";

/** Typing is over. */
const SETTLE_MS = 350;
const OFFERED = 8;

type LogFiltersProps = {
  node: string;
  /** Its services can be asked for. */
  services: boolean;
  wish: LogWish;
  onWish(wish: LogWish): void;
};

export function LogFilters({ node, services, wish, onWish }: LogFiltersProps) {
  const { t } = useTranslation();
  const complete = useUnits(node, services);
  const change = (part: Partial<LogWish>) => onWish({ ...wish, ...part });
  return (
    <form className={styles.filters} aria-label={t("Filter the log")} onSubmit={(event) => event.preventDefault()}>
      <Segmented
        label={t("Where the lines are from")}
        value={wish.source}
        options={[
          { value: "journal", label: t("Journal") },
          { value: "file", label: t("File") },
        ]}
        onChange={(source) => change({ source })}
      />
      <Typed
        label={wish.source === "file" ? t("File") : t("Unit")}
        placeholder={wish.source === "file" ? "/var/log/…" : t("all units")}
        value={wish.source === "file" ? wish.path : wish.unit}
        onSettled={(value) => change(wish.source === "file" ? { path: value } : { unit: value })}
        complete={wish.source === "file" ? offerNothing : complete}
        testId="log-source"
      />
      {wish.source === "journal" && (
        <>
          <Choice
            label={t("At least")}
            value={wish.priority}
            options={[
              { value: "", label: t("all levels") },
              { value: "warning", label: t("warnings") },
              { value: "err", label: t("errors") },
              { value: "crit", label: t("critical") },
            ]}
            onChange={(priority) => change({ priority })}
            testId="log-priority"
          />
          <Choice
            label={t("Since")}
            value={wish.since}
            options={[
              { value: "", label: t("newest") },
              { value: "900", label: t("15 minutes") },
              { value: "3600", label: t("1 hour") },
              { value: "86400", label: t("1 day") },
            ]}
            onChange={(since) => change({ since: since as Since })}
            testId="log-since"
          />
        </>
      )}
      <div className={styles.wide}>
        <Typed
          label={t("Search")}
          placeholder={t("words in a line")}
          value={wish.search}
          onSettled={(search) => change({ search })}
          complete={offerNothing}
          testId="log-search"
        />
      </div>
    </form>
  );
}

type TypedProps = {
  label: string;
  placeholder: string;
  value: string;
  onSettled(value: string): void;
  complete(text: string, at: number): Promise<Completion>;
  testId: string;
};

/** Is wanted once nobody types any more, so that the node is not asked for each letter. */
function Typed({ value, onSettled, testId, ...rest }: TypedProps) {
  const [typed, setTyped] = useState(value);
  const settled = useRef(onSettled);
  settled.current = onSettled;
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => settled.current(typed), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [typed, value]);
  return (
    <Completing
      {...rest}
      hiddenLabel
      value={typed}
      onChange={setTyped}
      onEnter={() => settled.current(typed)}
      testId={testId}
    />
  );
}

const offerNothing = () => Promise.resolve({ from: 0, items: [] });

/** Units that the node has, asked for once, when somebody begins to type one. */
function useUnits(node: string, services: boolean): (text: string) => Promise<Completion> {
  const { bridge } = useConsole();
  const known = useRef<{ node: string; list: Promise<Service[]> } | null>(null);
  return useCallback(
    async (text: string) => {
      if (!services) return { from: 0, items: [] };
      if (known.current?.node !== node) {
        const asked = bridge.glance(node, SYSTEM, "services", {});
        known.current = { node, list: asked.then((raw) => readServices(raw)?.list ?? []) };
      }
      const list = await known.current.list;
      const fitting = list.filter(({ name }) => name.toLowerCase().includes(text.trim().toLowerCase()));
      const items = fitting.slice(0, OFFERED).map((one) => ({ text: one.name, what: serviceWord(one), count: null }));
      return { from: 0, items };
    },
    [bridge, node, services],
  );
}
