/**
 * Who was not well at a moment: those of one site that fared alike are one row, because they have one cause more often
 * than not. The largest first. Not here: how a row looks (PastPanel.tsx).
 */
import type { Fleet } from "../../state/fleet";
import type { Past } from "../../state/past";
import { classOf } from "../../state/status";

/** So many of one site are told one by one. */
const FEW = 3;

export type Unwell = { key: string; kind: "degraded" | "offline"; ordinals: number[] };

export function unwellOf(fleet: Fleet, past: Past): Unwell[] {
  const sites = new Map<string, Unwell>();
  for (let ordinal = 0; ordinal < past.stars.count; ordinal++) {
    const kind = classOf(past.stars.status[ordinal] ?? 0);
    if (kind !== "degraded" && kind !== "offline") continue;
    const key = `${kind} ${fleet.group[ordinal] ?? 0}`;
    const site = sites.get(key) ?? { key, kind, ordinals: [] };
    sites.set(key, site);
    site.ordinals.push(ordinal);
  }
  return [...sites.values()]
    .sort((a, b) => b.ordinals.length - a.ordinals.length)
    .flatMap((site) =>
      site.ordinals.length > FEW
        ? [site]
        : site.ordinals.map((ordinal) => ({
            key: `${site.kind}:${ordinal}`,
            kind: site.kind,
            ordinals: [ordinal],
          })),
    );
}
