/**
 * What can be done from anywhere, and words that people look for it by: pages, dialogs, settings, and whatever the shell
 * adds (themes, environments). Not here: doing it.
 */
import { chooseLanguage, language, t } from "../../../i18n";
import type { Console } from "../../../state/console";
import type { Page } from "../../../state/ui";
import { choice, type PaletteChoice } from "../choice";
import { score } from "../match";

/** `key` is the same in every language; `words` is what else it is looked for by, in any language. */
export type Command = {
  key: string;
  name: string;
  hint: string;
  words: string;
  /** A dialog takes the keyboard. */
  dialog?: boolean;
  page?: boolean;
  act(): void;
};

export function commandChoices(console: Console, more: readonly Command[], words: string): PaletteChoice[] {
  const typed = words.split(/\s+/).filter((word) => word !== "");
  return [...actionsOf(console), ...pagesOf(console), ...settingsOf(console), ...more].flatMap((command) => {
    const { key, name, hint, dialog = false, page = false } = command;
    const text = `${name} ${command.words}`.toLowerCase();
    if (!typed.every((word) => text.includes(word))) return [];
    return choice({
      id: `command-${key}`,
      section: "commands",
      name,
      hint,
      verb: page ? t("Go to") : dialog ? t("Open") : t("Do it"),
      icon: page ? "page" : "command",
      toForm: dialog,
      score: Math.max(score(name.toLowerCase(), words), words === "" ? 1 : 30),
      act: command.act,
    });
  });
}

function actionsOf({ ui, fleet }: Console): Command[] {
  const { set, select } = ui.getState();
  return [
    {
      key: "add",
      name: t("Add a machine"),
      hint: t("A line that lets one in"),
      words: "join|code|spore|new|node|enrol|dodaj",
      dialog: true,
      act: () => set({ adding: true }),
    },
    {
      key: "stop",
      name: t("Stop everything"),
      hint: t("On every node, now"),
      words: "halt|abort|emergency|panic|kill",
      dialog: true,
      act: () => set({ stopping: true }),
    },
    {
      key: "select-all",
      name: t("Select all nodes"),
      hint: t("{{count}} nodes", { count: fleet.size }),
      words: "everybody|whole|fleet",
      act: () => select(fleet.ordinals()),
    },
    {
      key: "clear",
      name: t("Clear filter and selection"),
      hint: t("Shows everything again"),
      words: "reset|all|unfilter",
      act: () => {
        select([]);
        set({ search: "", meant: null, statuses: new Set() });
      },
    },
    language() === "pl"
      ? {
          key: "english",
          name: "English",
          hint: t("Language"),
          words: "język|language",
          act: () => chooseLanguage("en"),
        }
      : { key: "polish", name: "Polski", hint: t("Language"), words: "polish|język", act: () => chooseLanguage("pl") },
  ];
}

function pagesOf({ ui }: Console): Command[] {
  const pages: [Page, string, string, string][] = [
    ["map", t("Map"), t("The galaxy"), "stars|view|home"],
    ["nodes", t("Nodes"), t("The same as a table"), "table|list|csv|columns"],
    ["jobs", t("Jobs"), t("What runs, and what ran"), "history|executions|waves|schedules|runbooks"],
    ["alerts", t("Alerts"), t("What is wrong, and since when"), "problems|rules|attention"],
    ["skills", t("Skills"), t("What the nodes can do"), "methods|catalogue"],
    ["joining", t("Joining"), t("Waiting room and join lines"), "waiting|accept|door|knock"],
    ["approvals", t("Approvals"), t("What waits for a second yes"), "rules|approve|deny"],
    ["audit", t("Audit"), t("Who did what, and the proof"), "log|history|verify"],
    ["settings", t("Settings"), t("Appearance, this machine, access"), "theme|network|tray|preferences"],
  ];
  return pages.map(([page, name, hint, words]) => ({
    key: `page-${page}`,
    name,
    hint,
    words,
    page: true,
    act: () => ui.getState().go(page),
  }));
}

function settingsOf({ ui }: Console): Command[] {
  const settings: [string, string, string][] = [
    ["tokens", t("API tokens"), "access|secret|key|revoke|rest"],
    ["motion", t("Reduced motion"), "animation|accessibility"],
    ["network", t("Who may connect"), "listen|exposed|lan|network|address"],
    ["language", t("Language"), "polski|english|język|locale"],
  ];
  return settings.map(([key, name, words]) => ({
    key: `setting-${key}`,
    name,
    hint: t("Settings"),
    words,
    page: true,
    act: () => ui.getState().go("settings"),
  }));
}
