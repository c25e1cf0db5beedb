/**
 * What the palette offers for a query, and what each choice does. Enter on a node flies to it and opens it.
 * Not here: matching (match.ts), drawing (Palette.tsx).
 */
import type { ResolvedView } from "../../bridge/typesJob";
import { counted, percent } from "../../components/format";
import type { Console } from "../../state/console";
import { visibleStars } from "../../state/filter";
import { Status } from "../../state/status";
import type { Page } from "../../state/ui";
import { type Found, find } from "./match";

export type PaletteChoice = {
  id: string;
  section: "Nodes" | "Groups" | "Skills" | "Commands" | "Actions";
  name: string;
  hint: string;
  verb: string;
  /** For a node its ordinal, so that the mark can be drawn. */
  ordinal: number | null;
  icon: "group" | "skill" | "run" | "filter" | "command" | null;
  keys: string;
  /** The keyboard goes on to a form, so it must not go back to where it was. */
  toForm: boolean;
  act(): void;
};

/** Whether a query is more than words to look for: an expression that says which nodes are meant. */
export function isExpression(query: string): boolean {
  return /[:=<>*@]|^not |\s(and|or|not)\s|,/.test(query.trim());
}

export function choicesFor(console: Console, query: string, meant: ResolvedView | null = null): PaletteChoice[] {
  const { fleet } = console;
  const found = find(fleet, query);
  const list: PaletteChoice[] = [];
  if (meant !== null) list.push(selectMeant(console, meant), runOnMeant(console, meant));
  for (const item of [...found.nodes, ...found.groups, ...found.skills]) list.push(choiceOf(console, item));
  list.push(...commandsFor(console, query));
  if (query.trim() !== "" && found.matches > 1) list.push(runOnMatches(console, query, found.matches));
  if (query.trim() !== "" && found.matches > 0) list.push(filterMap(console, query));
  return list;
}

function choiceOf(console: Console, found: Found): PaletteChoice {
  const { fleet, ui } = console;
  switch (found.kind) {
    case "node": {
      const { ordinal } = found;
      const load = fleet.status[ordinal] === Status.Offline ? "offline" : `CPU ${percent(fleet.cpu[ordinal] ?? 0)}`;
      const act = () => {
        ui.getState().openNode(ordinal);
        ui.getState().fly("star", ordinal);
      };
      return {
        id: `node-${ordinal}`,
        section: "Nodes",
        name: found.name,
        hint: `${fleet.groupLabel(ordinal)} · ${load}`,
        verb: "Fly to",
        ordinal,
        icon: null,
        toForm: false,
        keys: "↵",
        act,
      };
    }
    case "group": {
      const act = () => {
        ui.getState().go("map");
        ui.getState().fly("group", found.group);
      };
      return {
        id: `group-${found.group}`,
        section: "Groups",
        name: found.name,
        hint: `${found.size} nodes`,
        verb: "Fly to",
        ordinal: null,
        icon: "group",
        toForm: false,
        keys: "↵",
        act,
      };
    }
    case "skill":
      return {
        id: `skill-${found.name}`,
        section: "Skills",
        name: found.name,
        hint: found.title,
        verb: skillVerb(console),
        ordinal: null,
        icon: "skill",
        toForm: true,
        keys: "↵",
        act: () => wishFor(console, found),
      };
  }
}

function skillVerb(console: Console): string {
  const { open, selected } = console.ui.getState();
  if (selected.size > 0) return `Run on ${selected.size} selected`;
  return open === null ? "Select who has it" : `Run on ${console.fleet.node(open)?.name ?? "this node"}`;
}

/** The method goes to whatever is chosen; when nothing is, to everybody who offers it. */
function wishFor({ fleet, ui }: Console, { skill, method }: { skill: string; method: string }): void {
  const state = ui.getState();
  if (state.open === null && state.selected.size === 0) {
    state.select(
      [...fleet.ordinals()].filter((o) => fleet.node(o)?.methods.some((m) => m.skill === skill && m.method === method)),
    );
  }
  state.set({ method: `${skill}.${method}`, job: null });
  state.callForm();
}

function selectMeant({ ui }: Console, meant: ResolvedView): PaletteChoice {
  return {
    ...action(meant),
    id: "select-target",
    hint: `Select ${counted(meant.count, "node")}:`,
    icon: "filter",
    keys: "↵",
    toForm: false,
    act: () => {
      const { page, go, select } = ui.getState();
      if (page !== "map" && page !== "nodes") go("map");
      select(meant.ordinals, false, meant.target);
    },
  };
}

function runOnMeant({ ui }: Console, meant: ResolvedView): PaletteChoice {
  return {
    ...action(meant),
    id: "run-target",
    hint: `Run a skill on ${counted(meant.count, "node")}${meant.offline > 0 ? `, ${meant.offline} offline` : ""}:`,
    icon: "run",
    keys: "Ctrl ↵",
    toForm: true,
    act: () => {
      const { page, go, select, callForm } = ui.getState();
      if (page !== "map" && page !== "nodes") go("map");
      select(meant.ordinals, false, meant.target);
      callForm();
    },
  };
}

function action(meant: ResolvedView): Pick<PaletteChoice, "section" | "name" | "verb" | "ordinal"> {
  return { section: "Actions", name: meant.target, verb: "", ordinal: null };
}

function runOnMatches({ fleet, ui }: Console, query: string, matches: number): PaletteChoice {
  const act = () => {
    ui.getState().select(visibleStars(fleet, new Set(), query) ?? []);
    ui.getState().callForm();
  };
  return {
    id: "run-matches",
    section: "Actions",
    name: query.trim(),
    hint: `Run a skill on ${matches} nodes matching`,
    verb: "",
    ordinal: null,
    icon: "run",
    toForm: true,
    keys: "Ctrl ↵",
    act,
  };
}

function filterMap({ ui }: Console, query: string): PaletteChoice {
  const act = () => {
    const page = ui.getState().page;
    ui.getState().set({ search: query.trim(), page: page === "nodes" ? "nodes" : "map" });
  };
  return {
    id: "filter",
    section: "Actions",
    name: query.trim(),
    hint: "Filter the map to",
    verb: "",
    ordinal: null,
    icon: "filter",
    toForm: false,
    keys: "Tab",
    act,
  };
}

/** What can be done from anywhere, and words that people look for it by: a page to go to, or a dialog to open. */
const COMMANDS: readonly { name: string; hint: string; words: string; to: Page | "adding" | "stopping" }[] = [
  { name: "Add a machine", hint: "A line that lets one in", words: "join code spore new node enrol", to: "adding" },
  { name: "Stop everything", hint: "On every node, now", words: "halt abort emergency panic kill", to: "stopping" },
  { name: "Joining", hint: "Waiting room and join lines", words: "waiting accept door knock", to: "joining" },
  { name: "Jobs", hint: "What runs, and what ran", words: "history executions waves schedules runbooks", to: "jobs" },
  { name: "Approvals", hint: "What waits for a second yes", words: "rules approve deny", to: "approvals" },
  { name: "Audit", hint: "Who did what, and the proof", words: "log history verify", to: "audit" },
  { name: "API tokens", hint: "Settings", words: "access secret key revoke rest", to: "settings" },
  { name: "Settings", hint: "Appearance, this machine, access", words: "theme network tray", to: "settings" },
];

function commandsFor({ ui }: Console, query: string): PaletteChoice[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const fits = (text: string) => words.length > 0 && words.every((word) => text.toLowerCase().includes(word));
  return COMMANDS.filter(({ name, words: more }) => fits(`${name} ${more}`)).map(({ name, hint, to }) => {
    const dialog = to === "adding" || to === "stopping";
    return {
      id: `command-${name.replaceAll(" ", "-")}`,
      section: "Commands",
      name,
      hint,
      verb: dialog ? "Open" : "Go to",
      ordinal: null,
      icon: "command",
      toForm: dialog,
      keys: "↵",
      act: () => {
        if (to === "adding") ui.getState().set({ adding: true });
        else if (to === "stopping") ui.getState().set({ stopping: true });
        else ui.getState().go(to);
      },
    };
  });
}
