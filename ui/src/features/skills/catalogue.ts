/**
 * What the fleet can do: every method that somebody announces, who does, and in how many versions. Nodes that announce
 * the same list share it (state/methods), so that each list is looked at once. Pure. Not here: drawing.
 */
import type { JsonValue, MethodView, NodeView } from "../../bridge/types";
import type { Fleet } from "../../state/fleet";
import { plain } from "../../state/text";

/** The same method with the same schema and effect, and who announces it so. */
export type Variant = {
  key: string;
  title: string;
  effect: MethodView["effect"];
  schema: JsonValue;
  ordinals: number[];
  /** Versions of the spores, the most common first. */
  spores: string[];
};
/** Variants: the most common first. */
export type Offer = { name: string; skill: string; method: string; total: number; variants: Variant[] };
export type MethodsOf = (node: Pick<NodeView, "methods" | "skills">) => readonly MethodView[];

export function offersOf(fleet: Fleet, methodsOf: MethodsOf): Offer[] {
  const offers = new Map<string, Map<string, Variant>>();
  const lists = new Map<unknown, readonly (readonly [string, Variant])[]>();
  for (const ordinal of fleet.ordinals()) {
    const node = fleet.node(ordinal);
    if (!node) continue;
    const key = node.methods.length > 0 ? node.methods : node.skills.join();
    let list = lists.get(key);
    if (!list) {
      list = methodsOf(node).map((method) => entered(offers, method));
      lists.set(key, list);
    }
    for (const [, variant] of list) {
      variant.ordinals.push(ordinal);
      variant.spores.push(node.sporeVersion);
    }
  }
  return [...offers]
    .map(([name, variants]) => finished(name, [...variants.values()]))
    .sort((a, b) => a.skill.localeCompare(b.skill) || a.method.localeCompare(b.method));
}

function entered(offers: Map<string, Map<string, Variant>>, method: MethodView): readonly [string, Variant] {
  const name = `${plain(method.skill, 80)}.${plain(method.method, 80)}`;
  const key = `${method.effect} ${JSON.stringify(method.schema)}`;
  const variants = offers.get(name) ?? new Map<string, Variant>();
  offers.set(name, variants);
  const { title, effect, schema } = method;
  const variant = variants.get(key) ?? { key, title: plain(title, 120), effect, schema, ordinals: [], spores: [] };
  variants.set(key, variant);
  return [name, variant];
}

function finished(name: string, variants: Variant[]): Offer {
  const [skill = "", ...method] = name.split(".");
  for (const variant of variants) variant.spores = byCount(variant.spores);
  variants.sort((a, b) => b.ordinals.length - a.ordinals.length);
  const total = variants.reduce((sum, variant) => sum + variant.ordinals.length, 0);
  return { name, skill, method: method.join("."), total, variants };
}

function byCount(all: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([one]) => plain(one, 40));
}

/** The worst of its variants: what it may do where nobody looked. */
export function worstEffect(offer: Offer): MethodView["effect"] {
  const effects = new Set(offer.variants.map(({ effect }) => effect));
  return effects.has("destroy") ? "destroy" : effects.has("change") ? "change" : "read";
}

export function found(offers: readonly Offer[], search: string): Offer[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return offers.filter((offer) => {
    const text =
      `${offer.name} ${offer.variants.map(({ title }) => title).join(" ")} ${worstEffect(offer)}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

type RowLike = { path: string; type: string; required: boolean; initial: string };
export type Difference = { kind: "more" | "less" | "other"; path: string };

/** What one list of parameters has more, less or otherwise than the other. */
export function differences(common: readonly RowLike[], odd: readonly RowLike[]): Difference[] {
  const usual = new Map(common.map((row) => [row.path, row]));
  const own = new Map(odd.map((row) => [row.path, row]));
  const out: Difference[] = [];
  for (const [path, row] of own) {
    const other = usual.get(path);
    if (!other) out.push({ kind: "more", path });
    else if (other.type !== row.type || other.required !== row.required || other.initial !== row.initial)
      out.push({ kind: "other", path });
  }
  for (const path of usual.keys()) if (!own.has(path)) out.push({ kind: "less", path });
  return out;
}
