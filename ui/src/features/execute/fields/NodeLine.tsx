/**
 * A node, written by name and sent by id: names are proposed while they are typed. Not here: several nodes (Chips),
 * expressions about nodes (features/fanout).
 */
import { useEffect, useState } from "react";
import { Completing } from "../../../components/Completing";
import { useConsole } from "../../../state/hooks";
import { plain } from "../../../state/text";
import type { TextField } from "../form";

const MOST_PROPOSED = 8;

type NodeLineProps = {
  id: string;
  field: TextField;
  value: string;
  problem: string | undefined;
  testId: string;
  onChange(value: string): void;
};

export function NodeLine({ field, value, problem, testId, onChange }: NodeLineProps) {
  const names = useNodeNames();
  const [typed, setTyped] = useState(() => names.nameOf(value));
  useEffect(() => {
    // Filled from elsewhere (a saved call, JSON), not typed here.
    setTyped((now) => (names.idOf(now) === value ? now : names.nameOf(value)));
  }, [value, names]);
  return (
    <Completing
      label={field.title}
      hiddenLabel
      value={typed}
      problem={problem ?? null}
      complete={async (text) => names.proposals(text)}
      onChange={(text) => {
        setTyped(text);
        onChange(names.idOf(text));
      }}
      testId={testId}
    />
  );
}

/** Names of nodes and their ids, both ways; what is no name of a node stays as it is. */
export function useNodeNames() {
  const { fleet } = useConsole();
  const [names] = useState(() => ({
    nameOf(id: string): string {
      const ordinal = fleet.ordinalOf(id);
      return ordinal === undefined ? id : plain(fleet.node(ordinal)?.name ?? id, 80);
    },
    idOf(name: string): string {
      const wanted = name.trim();
      if (wanted === "") return "";
      for (const ordinal of fleet.ordinals()) {
        const node = fleet.node(ordinal);
        if (node?.name === wanted) return node.id;
      }
      return wanted;
    },
    proposals(text: string) {
      const wanted = text.trim().toLowerCase();
      const items: { text: string; what: string; count: null }[] = [];
      for (const ordinal of fleet.ordinals()) {
        const node = fleet.node(ordinal);
        if (!node?.name.toLowerCase().includes(wanted)) continue;
        items.push({ text: plain(node.name, 80), what: plain(fleet.groupLabel(ordinal), 40), count: null });
        if (items.length >= MOST_PROPOSED) break;
      }
      return { from: 0, items };
    },
  }));
  return names;
}
