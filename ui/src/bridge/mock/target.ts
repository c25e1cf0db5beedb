/**
 * Which simulated nodes an expression means: the part of the language that people type most (names with *, tag:,
 * key=value, group:, state:, @saved, and, or, not, lists). The real one is the Nexus' own.
 */

import type { CompletionView, GroupView, NodeView, SavedGroupView } from "../types";
import { refusal } from "./executions";

type Test = (node: NodeView) => boolean;
export type Swarm = { nodes: readonly NodeView[]; groups: readonly GroupView[]; saved: readonly SavedGroupView[] };

const WORDS = ["tag:", "name:", "group:", "skill:", "platform:", "state:", "not ", "@"];
const MOST_ITEMS = 20;

export function matching(text: string, swarm: Swarm, depth = 0): NodeView[] {
  if (text.trim() === "") throw refusal("no_targets", "An empty expression means nobody. Write * for all.");
  const tokens = text.match(/[(),]|[^\s(),]+/g) ?? [];
  const reader = new Reader(tokens, swarm, depth);
  const test = reader.either();
  if (reader.left !== null) throw refusal("target", `Did not expect “${reader.left}” here.`);
  return swarm.nodes.filter(test);
}

class Reader {
  #at = 0;
  #tokens: readonly string[];
  #swarm: Swarm;
  #depth: number;

  constructor(tokens: readonly string[], swarm: Swarm, depth: number) {
    this.#tokens = tokens;
    this.#swarm = swarm;
    this.#depth = depth;
  }

  get left(): string | null {
    return this.#tokens[this.#at] ?? null;
  }

  either(): Test {
    let test = this.both();
    while (this.left === "or" || this.left === ",") {
      this.#at += 1;
      const [one, other] = [test, this.both()];
      test = (node) => one(node) || other(node);
    }
    return test;
  }

  both(): Test {
    let test = this.single();
    while (this.left === "and") {
      this.#at += 1;
      const [one, other] = [test, this.single()];
      test = (node) => one(node) && other(node);
    }
    return test;
  }

  single(): Test {
    const token = this.left;
    if (token === null) throw refusal("target", "Something is missing at the end.");
    this.#at += 1;
    if (token === "not") {
      const test = this.single();
      return (node) => !test(node);
    }
    if (token === "(") {
      const test = this.either();
      if (this.left !== ")") throw refusal("target", "A closing parenthesis is missing.");
      this.#at += 1;
      return test;
    }
    return this.#word(token);
  }

  #word(token: string): Test {
    if (token === "*" || token === "all") return () => true;
    if (token.startsWith("@")) return this.#saved(token.slice(1));
    const [, field = "", value = ""] = token.match(/^(tag|name|group|skill|platform|state|site|role)[:](.+)$/) ?? [];
    const fits = glob(value);
    const groupName = (node: NodeView) => this.#swarm.groups[node.group]?.label ?? "";
    switch (field) {
      case "tag":
        return (node) => node.tags.some((tag) => fits(tag) || fits(tag.split(":")[1] ?? ""));
      case "group":
        return (node) => fits(groupName(node)) || fits(groupName(node).toLowerCase());
      case "skill":
        return (node) => node.skills.some(fits);
      case "platform":
        return (node) => fits(node.platform);
      case "state":
        return (node) => fits(node.state);
      case "site":
      case "role":
        return (node) => node.tags.some((tag) => glob(`${field}:${value}`)(tag));
    }
    const [key = "", tagged] = token.split("=");
    if (tagged !== undefined) {
      const negated = key.endsWith("!");
      const tag = glob(`${negated ? key.slice(0, -1) : key}:${tagged}`);
      return (node) => node.tags.some(tag) !== negated;
    }
    return (node) => glob(token.replace(/^name:/, ""))(node.name);
  }

  #saved(name: string): Test {
    const group = this.#swarm.saved.find((one) => one.name === name);
    if (!group || this.#depth > 7) throw refusal("target", `There is no saved group “${name}”.`);
    const members = new Set(matching(group.target, this.#swarm, this.#depth + 1));
    return (node) => members.has(node);
  }
}

function glob(pattern: string): (text: string) => boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  const test = new RegExp(`^${escaped}$`);
  return (text) => test.test(text);
}

export function complete(text: string, at: number, swarm: Swarm): CompletionView {
  const before = text.slice(0, at);
  const word = before.match(/[^\s(),]*$/)?.[0] ?? "";
  const [, prefix = "", rest = word] = word.match(/^(tag:|name:|group:|skill:|platform:|state:|@)(.*)$/) ?? [];
  const counts = new Map<string, number>();
  for (const node of swarm.nodes)
    for (const value of valuesOf(node, prefix, swarm)) counts.set(value, (counts.get(value) ?? 0) + 1);
  if (prefix === "@") for (const group of swarm.saved) counts.set(group.name, group.count ?? 0);
  const items = [...counts]
    .filter(([value]) => value.toLowerCase().includes(rest.toLowerCase()) && value !== rest)
    .sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
    .map(([value, count]) => ({ text: value, what: prefix === "" ? "name" : prefix.replace(":", ""), count }));
  const words = prefix === "" ? WORDS.filter((one) => one.startsWith(rest)) : [];
  const all = [...words.map((one) => ({ text: one, what: "word", count: null })), ...items];
  return { from: at - rest.length, items: all.slice(0, MOST_ITEMS) };
}

function valuesOf(node: NodeView, prefix: string, swarm: Swarm): readonly string[] {
  switch (prefix) {
    case "tag:":
      return node.tags;
    case "group:":
      return [(swarm.groups[node.group]?.label ?? "home").toLowerCase()].filter((name) => !name.includes(" "));
    case "skill:":
      return node.skills;
    case "platform:":
      return [node.platform];
    case "state:":
      return [node.state];
    case "@":
      return [];
    default:
      return [node.name];
  }
}
