/**
 * What the operator is doing: which page, which star is open, what is selected, filtered and searched.
 * Nothing here comes from the swarm, and nothing here draws.
 */
import { createStore } from "zustand/vanilla";
import type { JoinView } from "../bridge/types";
import type { Meant } from "./filter";
import type { StatusClass } from "./status";

export type Page = "map" | "nodes" | "jobs" | "alerts" | "skills" | "joining" | "approvals" | "audit" | "settings";
export type Tab = "overview" | "execute" | "executions" | "logs" | "trust";
/** A movement of the camera that somebody outside the map asked for. */
export type Flight = { to: "star" | "group"; index: number; turn: number } | null;

export type UiState = {
  page: Page;
  tab: Tab;
  /** The node in the drawer. */
  open: number | null;
  /** The star under the keyboard on the map, the row in the table. */
  cursor: number | null;
  selected: ReadonlySet<number>;
  /** Empty: all classes are shown. */
  statuses: ReadonlySet<StatusClass>;
  search: string;
  /** Who is meant, when `search` is an expression. */
  meant: Meant;
  /** Stars lit for a moment (hovering a cause), or null. */
  lit: ReadonlySet<number> | null;
  lasso: boolean;
  palette: { open: boolean; query: string };
  dock: boolean;
  /** The execution whose output the drawer shows, per node ordinal. */
  shown: ReadonlyMap<number, string>;
  /** The job that the jobs page shows as a whole, and the side panel of the map in short. */
  job: string | null;
  /** The expression by which all that is selected was chosen; "" when it was chosen by hand. */
  target: string;
  jobsTab: "jobs" | "schedules" | "runbooks";
  /** The dialog that stops everything is open. */
  stopping: boolean;
  /** The method the form shows wherever it exists, as "Skill.method". */
  method: string;
  flight: Flight;
  /** The form of the side panel should take the keyboard as soon as it is there. */
  formCalled: boolean;
  mapUnavailable: string | null;
  /** The dialog that lets a machine in is open. */
  adding: boolean;
  /** The line that gives a node a new key, while it is shown. */
  rekeying: JoinView | null;
  /** The node, by name or id, whose entries the audit page shows; "" for all. */
  auditNode: string;
};

export type UiActions = {
  go(page: Page): void;
  openNode(ordinal: number, tab?: Tab): void;
  showExecution(ordinal: number, execution: string): void;
  closePanel(): void;
  /** Shows a job where the operator is: as a page among the jobs, else in the side panel. */
  showJob(job: string): void;
  setCursor(ordinal: number | null): void;
  toggleSelected(ordinal: number): void;
  select(ordinals: Iterable<number>, additive?: boolean, target?: string): void;
  toggleStatus(status: StatusClass): void;
  fly(to: "star" | "group", index: number): void;
  callForm(): void;
  back(): void;
  remap(table: ReadonlyMap<number, number>): void;
  set(patch: Partial<UiState>): void;
};

const INITIAL: UiState = {
  page: "map",
  tab: "execute",
  open: null,
  cursor: null,
  selected: new Set(),
  statuses: new Set(),
  search: "",
  meant: null,
  lit: null,
  lasso: false,
  palette: { open: false, query: "" },
  dock: false,
  shown: new Map(),
  job: null,
  target: "",
  jobsTab: "jobs",
  stopping: false,
  method: "ShellSkill.run",
  flight: null,
  formCalled: false,
  mapUnavailable: null,
  adding: false,
  rekeying: null,
  auditNode: "",
};

export type UiStore = ReturnType<typeof createUi>;
export function createUi(initial: Partial<UiState> = {}) {
  return createStore<UiState & UiActions>((set, get) => ({
    ...INITIAL,
    ...initial,
    set: (patch) => set(patch),
    go: (page) => set({ page, lit: null }),
    openNode: (ordinal, tab) =>
      set((s) => ({
        open: ordinal,
        cursor: ordinal,
        selected: new Set(),
        target: "",
        job: kept(s),
        ...(tab ? { tab } : {}),
      })),
    showJob: (job) =>
      set((s) => ({
        job,
        open: null,
        jobsTab: "jobs",
        ...(s.page === "jobs" ? { selected: new Set(), target: "" } : {}),
      })),
    showExecution: (ordinal, execution) =>
      set((s) => ({
        open: ordinal,
        cursor: ordinal,
        selected: new Set(),
        target: "",
        job: kept(s),
        tab: "execute",
        shown: new Map(s.shown).set(ordinal, execution),
      })),
    closePanel: () => set((s) => ({ open: null, selected: new Set(), target: "", job: kept(s) })),
    setCursor: (cursor) => set({ cursor }),
    toggleSelected: (ordinal) => set((s) => toggled(s, ordinal)),
    select: (ordinals, additive = false, target = "") =>
      set((s) => {
        const selected = new Set(additive ? s.selected : []);
        for (const ordinal of ordinals) selected.add(ordinal);
        return { selected, target, open: null, job: kept(s) };
      }),
    toggleStatus: (status) =>
      set((s) => {
        const statuses = new Set(s.statuses);
        if (!statuses.delete(status)) statuses.add(status);
        return { statuses };
      }),
    fly: (to, index) =>
      set((s) => ({
        page: s.page === "map" || s.page === "nodes" ? s.page : "map",
        flight: { to, index, turn: (s.flight?.turn ?? 0) + 1 },
      })),
    callForm: () => set({ formCalled: true, tab: "execute" }),
    back: () => set(oneStepBack(get())),
    remap: (table) => set((s) => remapped(s, table)),
  }));
}

/** Toggling a star into a selection takes the open node along: it is what the operator sees as chosen. */
function toggled(s: UiState, ordinal: number): Partial<UiState> {
  const selected = new Set(s.selected);
  if (selected.size === 0 && s.open !== null && s.open !== ordinal) selected.add(s.open);
  if (!selected.delete(ordinal)) selected.add(ordinal);
  return { selected, target: "", cursor: ordinal, open: null, job: kept(s) };
}

/** The page of a job stays while its nodes are looked at; on the map a job gives way to what is chosen next. */
function kept(s: UiState): string | null {
  return s.page === "jobs" ? s.job : null;
}

/** Escape takes back one thing at a time, the most recent kind first. */
function oneStepBack(s: UiState): Partial<UiState> {
  if (s.lasso) return { lasso: false };
  if (s.job !== null && s.page !== "jobs") return { job: null };
  if (s.selected.size > 0) return { selected: new Set(), target: "" };
  if (s.open !== null) return { open: null };
  if (s.job !== null) return { job: null };
  if (s.search !== "" || s.statuses.size > 0) return { search: "", statuses: new Set() };
  return { cursor: null };
}

function remapped(s: UiState, table: ReadonlyMap<number, number>): Partial<UiState> {
  const find = (ordinal: number | null) => {
    const next = ordinal === null ? -1 : (table.get(ordinal) ?? -1);
    return next < 0 ? null : next;
  };
  const each = (set: ReadonlySet<number>) => new Set([...set].map(find).filter((o) => o !== null));
  const shown = new Map<number, string>();
  for (const [ordinal, id] of s.shown) {
    const next = find(ordinal);
    if (next !== null) shown.set(next, id);
  }
  return { open: find(s.open), cursor: find(s.cursor), selected: each(s.selected), shown, lit: null, meant: null };
}
