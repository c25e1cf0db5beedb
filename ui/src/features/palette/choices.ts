/**
 * What the palette offers for a query, best sections first; a sign in front narrows it: > commands, @ groups, # jobs,
 * / skills. Without a query: what was chosen last, and what is often wanted.
 * Not here: matching (match.ts), each kind of thing (sources/), drawing (Palette.tsx).
 */
import type { ResolvedView, SavedGroupView } from "../../bridge/types";
import type { Console } from "../../state/console";
import { isExpression } from "../../state/filter";
import type { PaletteChoice, Section } from "./choice";
import { findNodes } from "./match";
import { recentIds } from "./recent";
import { filterAction, matchActions, meantActions } from "./sources/actions";
import { type Command, commandChoices } from "./sources/commands";
import { groupChoices } from "./sources/groups";
import { nodeChoice } from "./sources/nodes";
import { skillChoices } from "./sources/skills";
import { jobChoices, planChoices } from "./sources/work";

export type Given = { saved: readonly SavedGroupView[]; more: readonly Command[]; meant: ResolvedView | null };
export type Scope = "all" | "commands" | "groups" | "jobs" | "skills";

const SCOPES: Record<string, Scope> = { ">": "commands", "@": "groups", "#": "jobs", "/": "skills" };
const MOST_OF_A_KIND = 4;
const MOST_IN_SCOPE = 40;
const MOST_RECENT = 5;
/** Nodes are what is looked for most; equal hits of other kinds stand under them. */
const NODE_BONUS = 5;

export function scopeOf(query: string): { scope: Scope; words: string } {
  const text = query.trimStart();
  const scope = SCOPES[text.charAt(0)];
  return { scope: scope ?? "all", words: (scope ? text.slice(1) : text).trim().toLowerCase() };
}

/** What the Nexus is asked about a query; null: it is only words. */
export function askOf(query: string): string | null {
  const { scope } = scopeOf(query);
  if (scope !== "all" && scope !== "groups") return null;
  return isExpression(query) && query.trim() !== "@" ? query.trim() : null;
}

export function choicesFor(console: Console, query: string, given: Given): PaletteChoice[] {
  const { scope, words } = scopeOf(query);
  switch (scope) {
    case "commands":
      return ordered(commandChoices(console, given.more, words), MOST_IN_SCOPE);
    case "jobs":
      return ordered([...jobChoices(console, words), ...planChoices(console, words)], MOST_IN_SCOPE);
    case "skills":
      return ordered(skillChoices(console, words), MOST_IN_SCOPE);
    case "groups":
      return [...meant(console, query, given), ...ordered(groupChoices(console, given.saved, words), MOST_IN_SCOPE)];
    case "all":
      return words === "" ? atRest(console, given) : everything(console, query, words, given);
  }
}

function everything(console: Console, query: string, words: string, given: Given): PaletteChoice[] {
  const { nodes, matches } = findNodes(console.fleet, words);
  const found = nodes.map((one) => nodeChoice(console, one)).filter((one) => one !== null);
  const others = [
    ...groupChoices(console, given.saved, words),
    ...skillChoices(console, words),
    ...jobChoices(console, words),
    ...planChoices(console, words),
    ...commandChoices(console, given.more, words),
  ];
  const recent = recentIds();
  // What was chosen before stands before its equals.
  for (const one of [...found, ...others]) if (recent.includes(one.id)) one.score += 3;
  return [
    ...meant(console, query, given),
    ...sections([...found, ...others]),
    ...(given.meant === null ? matchActions(console, query, matches) : []),
  ];
}

function meant(console: Console, query: string, given: Given): PaletteChoice[] {
  if (given.meant === null) return [];
  return [...meantActions(console, given.meant), filterAction(console, query.trim())];
}

function atRest(console: Console, given: Given): PaletteChoice[] {
  const commands = commandChoices(console, given.more, "");
  const recent = recentIds()
    .map((id) => byId(console, given, commands, id))
    .filter((one) => one !== undefined)
    .slice(0, MOST_RECENT)
    .map((one): PaletteChoice => ({ ...one, section: "recent" }));
  const shown = new Set(recent.map(({ id }) => id));
  return [...recent, ...commands.filter(({ id }) => !shown.has(id)).slice(0, MOST_IN_SCOPE)];
}

function byId(console: Console, given: Given, commands: PaletteChoice[], id: string): PaletteChoice | undefined {
  const kind = id.slice(0, id.indexOf("-"));
  if (kind === "node") {
    const ordinal = console.fleet.ordinalOf(id.slice(5));
    return ordinal === undefined ? undefined : (nodeChoice(console, { ordinal, score: 1 }) ?? undefined);
  }
  const among: Record<string, () => PaletteChoice[]> = {
    command: () => commands,
    group: () => groupChoices(console, given.saved, ""),
    saved: () => groupChoices(console, given.saved, ""),
    skill: () => skillChoices(console, ""),
    job: () => jobChoices(console, ""),
    runbook: () => planChoices(console, ""),
    schedule: () => planChoices(console, ""),
  };
  return among[kind]?.().find((one) => one.id === id);
}

/** A few of each kind, the kind with the best hit first. */
function sections(found: PaletteChoice[]): PaletteChoice[] {
  const kinds = new Map<Section, PaletteChoice[]>();
  for (const one of found) kinds.set(one.section, [...(kinds.get(one.section) ?? []), one]);
  const best = (list: PaletteChoice[]) =>
    Math.max(...list.map(({ score }) => score)) + (list[0]?.section === "nodes" ? NODE_BONUS : 0);
  return [...kinds.values()]
    .sort((a, b) => best(b) - best(a))
    .flatMap((list) => ordered(list, list[0]?.section === "nodes" ? list.length : MOST_OF_A_KIND));
}

function ordered(list: PaletteChoice[], most: number): PaletteChoice[] {
  const kinds = new Map<Section, PaletteChoice[]>();
  for (const one of [...list].sort((a, b) => b.score - a.score))
    kinds.set(one.section, [...(kinds.get(one.section) ?? []), one]);
  return [...kinds.values()].flat().slice(0, most);
}
