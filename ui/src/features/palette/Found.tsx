/** What the palette found, as options under headings. Not here: keys (Finder.tsx). */
import {
  Bookmark,
  BookOpen,
  CalendarClock,
  ChevronRight,
  CircleDashed,
  List,
  ListFilter,
  PanelTop,
  Play,
  Terminal,
} from "lucide-react";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import { Kbd } from "../../components/Kbd";
import { StatusMark } from "../../components/StatusMark";
import { useConsole } from "../../state/hooks";
import { classOf } from "../../state/status";
import type { Icon, PaletteChoice, Section } from "./choice";
import { scopeOf } from "./choices";
import styles from "./Palette.module.css";

const ICONS: Record<Icon, typeof Play> = {
  group: CircleDashed,
  saved: Bookmark,
  skill: Terminal,
  run: Play,
  filter: ListFilter,
  command: ChevronRight,
  job: List,
  runbook: BookOpen,
  schedule: CalendarClock,
  page: PanelTop,
};

type FoundProps = {
  list: RefObject<HTMLDivElement | null>;
  choices: readonly PaletteChoice[];
  query: string;
  current: PaletteChoice | undefined;
  onChoose(choice: PaletteChoice): void;
  onHover(index: number): void;
};

export function Found({ list, choices, query, current, onChoose, onHover }: FoundProps) {
  const { t } = useTranslation();
  const { words } = scopeOf(query);
  const titles: Record<Section, string> = {
    recent: t("Recent"),
    actions: t("Actions"),
    nodes: t("Nodes"),
    groups: t("Groups"),
    skills: t("Skills"),
    jobs: t("Jobs"),
    runbooks: t("Runbooks"),
    schedules: t("Schedules"),
    commands: t("Commands"),
  };
  return (
    <div ref={list} className={styles.list} id="palette-list" role="listbox" aria-label={t("Found")}>
      {choices.map((choice, i) => (
        <Option
          key={choice.id}
          choice={choice}
          words={words}
          title={choice.section === choices[i - 1]?.section ? null : titles[choice.section]}
          current={choice === current}
          onChoose={() => onChoose(choice)}
          onHover={() => onHover(i)}
        />
      ))}
    </div>
  );
}

type OptionProps = {
  choice: PaletteChoice;
  words: string;
  title: string | null;
  current: boolean;
  onChoose(): void;
  onHover(): void;
};

function Option({ choice, words, title, current, onChoose, onHover }: OptionProps) {
  const { fleet } = useConsole();
  const Icon = choice.icon ? ICONS[choice.icon] : null;
  const action = choice.section === "actions";
  return (
    <>
      {title !== null && (
        <div className={styles.group} role="presentation">
          {title}
        </div>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys (aria-activedescendant) */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: options of a combobox take no focus */}
      <div
        id={`palette-${choice.id}`}
        className={styles.option}
        role="option"
        aria-selected={current}
        onClick={onChoose}
        onPointerMove={onHover}
        data-testid="palette-option"
      >
        {Icon ? (
          <Icon size={15} strokeWidth={1.5} aria-hidden="true" />
        ) : (
          <StatusMark kind={classOf(fleet.status[choice.ordinal ?? -1] ?? 0) ?? "offline"} />
        )}
        {action ? (
          <span>
            {choice.hint} “<mark>{choice.name}</mark>”
          </span>
        ) : (
          <>
            <bdi>{marked(choice.name, words)}</bdi>
            <span className={styles.hint}>{choice.hint}</span>
          </>
        )}
        <span className={styles.space} />
        {(current || action) && (
          <>
            <span className={styles.hint}>{choice.verb}</span>
            <Kbd>{choice.keys}</Kbd>
          </>
        )}
      </div>
    </>
  );
}

function marked(name: string, words: string) {
  const at = words === "" ? -1 : name.toLowerCase().indexOf(words);
  if (at < 0) return name;
  return (
    <>
      {name.slice(0, at)}
      <mark>{name.slice(at, at + words.length)}</mark>
      {name.slice(at + words.length)}
    </>
  );
}
