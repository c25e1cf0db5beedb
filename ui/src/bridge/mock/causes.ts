/** What fires together for one likely reason, as the Nexus guesses it: places first, then versions, then by rule. */
import type { AlertRuleView, AlertView, CauseView, LikelyView, NodeView } from "../types";

export type Found = { rule: AlertRuleView; node: NodeView | null; ordinals: number[]; alert: AlertView };
export type Grouped = CauseView & { members: AlertView[] };

export function grouped(
  found: readonly Found[],
  nodes: readonly NodeView[],
  site: (node: NodeView) => string,
): Grouped[] {
  const rules = new Map<string, Found[]>();
  for (const one of found) rules.set(one.rule.id, [...(rules.get(one.rule.id) ?? []), one]);
  return [...rules.values()].flatMap((some) =>
    parts(some, nodes, site).map(([likely, items]) => cause(likely, items, site)),
  );
}

function parts(some: Found[], nodes: readonly NodeView[], site: (node: NodeView) => string): [LikelyView, Found[]][] {
  if (some.every(({ node }) => node === null)) return some.map((one) => [{ kind: "one", what: "", of: 0 }, [one]]);
  const made: [LikelyView, Found[]][] = [];
  let rest: Found[] = [];
  for (const items of by(some, ({ node }) => node?.group ?? 0).values()) {
    const node = items[0]?.node;
    const of = nodes.filter(({ group }) => group === node?.group).length;
    if (!node || node.group === 0) rest.push(...items);
    else if (items.length >= 3 && items.length * 2 >= of) made.push([{ kind: "outage", what: site(node), of }, items]);
    else if (items.length >= 25) made.push([{ kind: "site", what: site(node), of }, items]);
    else rest.push(...items);
  }
  for (const [version, items] of by(rest, ({ node }) => node?.sporeVersion ?? "")) {
    if (version === "" || items.length < 4 || items.length * 10 < rest.length * 9) continue;
    made.push([{ kind: "version", what: version, of: 0 }, items]);
    rest = rest.filter((one) => !items.includes(one));
  }
  if (rest.length > 0) made.push([{ kind: rest.length === 1 ? "one" : "many", what: "", of: 0 }, rest]);
  return made;
}

function cause(likely: LikelyView, items: Found[], site: (node: NodeView) => string): Grouped {
  const { rule, alert } = items[0] as Found;
  const sites = [...new Set(items.flatMap(({ node }) => (node ? [site(node)] : [])))].sort();
  const times = items.map((one) => one.alert.since).sort();
  const rest = alert.subject.kind === "node" ? "rest" : alert.subject.id;
  return {
    key: `${rule.id}/${likely.what === "" ? rest : `${likely.kind}/${likely.what}`}`,
    ruleId: rule.id,
    rule: rule.name,
    condition: rule.condition,
    severity: rule.severity,
    likely,
    place: items.length <= 2 ? items.map((one) => one.alert.subject.name).join(", ") : `${sites.length} sites`,
    sites,
    detail: alert.detail,
    since: times[0] ?? "",
    latest: times.at(-1) ?? "",
    touched:
      items
        .map((one) => one.alert.history.at(-1)?.at ?? one.alert.since)
        .sort()
        .at(-1) ?? "",
    alerts: items.length,
    ordinals: items.flatMap(({ ordinals }) => ordinals),
    subject: items.length === 1 ? alert.subject : null,
    owner: null,
    acknowledged: false,
    mutedUntil: null,
    members: items.map((one) => one.alert),
  };
}

function by<K>(some: readonly Found[], key: (one: Found) => K): Map<K, Found[]> {
  const groups = new Map<K, Found[]>();
  for (const one of some) {
    const list = groups.get(key(one));
    if (list) list.push(one);
    else groups.set(key(one), [one]);
  }
  return groups;
}
