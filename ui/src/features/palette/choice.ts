/** One thing that the palette offers. Plain data and what it does. Not here: who makes them (sources/). */

export type Section =
  | "recent"
  | "actions"
  | "nodes"
  | "groups"
  | "skills"
  | "jobs"
  | "runbooks"
  | "schedules"
  | "commands";
export type Icon = "group" | "saved" | "skill" | "run" | "filter" | "command" | "job" | "runbook" | "schedule" | "page";

export type PaletteChoice = {
  /** The same for the same thing, whenever; the recent ones are kept by it. */
  id: string;
  section: Section;
  name: string;
  hint: string;
  verb: string;
  keys: string;
  /** For a node its ordinal, so that the mark can be drawn. */
  ordinal: number | null;
  icon: Icon | null;
  /** The keyboard goes on to a form or dialog, so it must not go back to where it was. */
  toForm: boolean;
  score: number;
  act(): void;
};

/** With what most of them have. */
export function choice(
  given: Pick<PaletteChoice, "id" | "section" | "name" | "act"> & Partial<PaletteChoice>,
): PaletteChoice {
  return { hint: "", verb: "", keys: "↵", ordinal: null, icon: null, toForm: false, score: 1, ...given };
}
