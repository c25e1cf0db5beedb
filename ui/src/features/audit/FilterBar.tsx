/** Which entries: words, what was done, who asked, which node. All of them must fit. */
import { Search, X } from "lucide-react";
import type { InstanceNameView } from "../../bridge/types";
import { IconButton } from "../../components/Button";
import { Choice } from "../../components/Choice";
import { t } from "../../i18n";
import { useConsole, useUi } from "../../state/hooks";
import { plain } from "../../state/text";
import styles from "./AuditView.module.css";
import type { Filter } from "./useEntries";
import { actionNames } from "./words";

type Words = Omit<Filter, "node">;

const ANY = "any";
const options = () => [
  { value: ANY, label: t("Everything") },
  ...actionNames().map(([value, label]) => ({ value, label })),
];

type FilterBarProps = { words: Words; instances: readonly InstanceNameView[]; onWords(words: Words): void };

export function FilterBar({ words, instances, onWords }: FilterBarProps) {
  const { ui } = useConsole();
  const node = useUi((s) => s.auditNode);
  const set = (patch: Partial<Words>) => onWords({ ...words, ...patch });
  const filtered =
    words.search !== "" || words.action !== null || words.who !== "" || words.instance !== null || node !== "";
  return (
    // biome-ignore lint/a11y/useSemanticElements: <search> is not known to every screen reader
    <div className={styles.filters} role="search" aria-label={t("Entries")}>
      <div className={styles.find}>
        <Search size={13} strokeWidth={1.5} aria-hidden="true" />
        <input
          value={words.search}
          onChange={(event) => set({ search: event.target.value })}
          placeholder={t("Search in every entry…")}
          aria-label={t("Search")}
          spellCheck={false}
          data-testid="audit-search"
        />
      </div>
      <div className={styles.action}>
        <Choice
          label={t("What was done")}
          value={words.action ?? ANY}
          options={options()}
          onChange={(next) => set({ action: next === ANY ? null : next })}
          testId="audit-action"
        />
      </div>
      <InstanceChoice instances={instances} chosen={words.instance} onChoose={(instance) => set({ instance })} />
      <input
        className={styles.short}
        value={words.who}
        onChange={(event) => set({ who: event.target.value })}
        placeholder={t("Who")}
        aria-label={t("Who asked: a name or an id")}
        spellCheck={false}
        data-testid="audit-who"
      />
      <input
        className={styles.short}
        value={node}
        onChange={(event) => ui.getState().set({ auditNode: event.target.value })}
        placeholder={t("Node")}
        aria-label={t("Node: a name or an id")}
        spellCheck={false}
        data-testid="audit-node"
      />
      {filtered && (
        <IconButton
          label={t("Show everything")}
          onClick={() => {
            onWords({ search: "", action: null, who: "", instance: null });
            ui.getState().set({ auditNode: "" });
          }}
          data-testid="audit-clear"
        >
          <X size={15} strokeWidth={1.5} aria-hidden="true" />
        </IconButton>
      )}
    </div>
  );
}

type InstanceChoiceProps = {
  instances: readonly InstanceNameView[];
  chosen: string | null;
  onChoose(instance: string | null): void;
};

/** Nothing while there is one instance only. */
function InstanceChoice({ instances, chosen, onChoose }: InstanceChoiceProps) {
  if (instances.length < 2) return null;
  const all = { value: ANY, label: t("All instances") };
  return (
    <div className={styles.instance}>
      <Choice
        label={t("At which instance")}
        value={chosen ?? ANY}
        options={[all, ...instances.map(({ id, name }) => ({ value: id, label: plain(name, 80) }))]}
        onChange={(next) => onChoose(next === ANY ? null : next)}
        testId="audit-instance"
      />
    </div>
  );
}
