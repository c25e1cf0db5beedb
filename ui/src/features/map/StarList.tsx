/**
 * The map for those who do not see it: an off-screen list whose active option is the star under the keyboard, each
 * with name, state and site. Holds the first fifty stars, the exceptions, and whatever is open, selected or under
 * the keyboard; the table (T) has them all.
 * The first fifty carry `data-x` and `data-y`: their place on the canvas in CSS pixels once the camera is at rest.
 */
import { type RefObject, useMemo } from "react";
import type { Fleet } from "../../state/fleet";
import { useConsole, useFleet, useReplay, useUi } from "../../state/hooks";
import { classOf, wordOf } from "../../state/status";

export const PLACED = 50;
const MOST_EXCEPTIONS = 50;
const MOST_SELECTED = 50;

export function starId(ordinal: number): string {
  return `star-${ordinal}`;
}

export function StarList({ list }: { list: RefObject<HTMLDivElement | null> }) {
  const { fleet, ui } = useConsole();
  const version = useFleet((f) => f.versions.structure * 1e6 + f.versions.status);
  const cursor = useUi((s) => s.cursor);
  const open = useUi((s) => s.open);
  const selected = useUi((s) => s.selected);
  const past = useReplay((s) => s.past);
  const status = past?.stars.status ?? fleet.status;
  const shown = [cursor, open] as const;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version and the moment stand for what the arrays hold
  const ordinals = useMemo(
    () => listed(fleet, status, shown, selected),
    [fleet, version, past, cursor, open, selected],
  );
  return (
    <div ref={list} className="visually-hidden" role="presentation">
      {ordinals.map((ordinal) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the listbox around it has the keys (aria-activedescendant)
        // biome-ignore lint/a11y/useFocusableInteractive: options of an active-descendant listbox take no focus
        <div
          key={ordinal}
          id={starId(ordinal)}
          role="option"
          data-testid="star"
          data-ordinal={ordinal}
          data-node={fleet.node(ordinal)?.id}
          aria-selected={selected.has(ordinal) || ordinal === open}
          onClick={() => ui.getState().openNode(ordinal)}
        >
          {past ? describeThen(fleet, past.stars.status, ordinal) : describe(fleet, ordinal)}
        </div>
      ))}
    </div>
  );
}

export function describe(fleet: Fleet, ordinal: number): string {
  const node = fleet.node(ordinal);
  if (!node) return "";
  const standing = node.trust.standing === "accepted" ? "" : `, ${node.trust.standing}`;
  const why = `${node.degraded ? `, ${node.degraded}` : ""}${standing}`;
  return `${node.name}, ${wordOf(fleet.status[ordinal] ?? 0).toLowerCase()}${why}, ${fleet.groupLabel(ordinal)}`;
}

/** Why it stood so is not known any more. */
function describeThen(fleet: Fleet, status: Uint8Array, ordinal: number): string {
  const name = fleet.node(ordinal)?.name ?? "";
  return `${name}, ${wordOf(status[ordinal] ?? 0).toLowerCase()}, ${fleet.groupLabel(ordinal)}`;
}

function listed(
  fleet: Fleet,
  status: Uint8Array,
  always: readonly (number | null)[],
  selected: ReadonlySet<number>,
): number[] {
  const chosen = new Set<number>();
  let first = 0;
  let exceptions = 0;
  for (const ordinal of fleet.ordinals()) {
    const kind = classOf(status[ordinal] ?? 0);
    if (kind === null) continue;
    if (first < PLACED) {
      chosen.add(ordinal);
      first += 1;
    } else if (exceptions < MOST_EXCEPTIONS && kind !== "online") {
      chosen.add(ordinal);
      exceptions += 1;
    }
  }
  for (const ordinal of always) if (ordinal !== null && fleet.node(ordinal)) chosen.add(ordinal);
  for (const ordinal of [...selected].slice(0, MOST_SELECTED)) chosen.add(ordinal);
  return [...chosen].sort((a, b) => a - b);
}
