/** Holds the shape of the code: tiers, sizes, and that every module says what it is for. */
import { expect, test } from "vitest";

const modules = import.meta.glob<string>("../src/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true });
const sheets = import.meta.glob<string>("../src/**/*.css", { query: "?raw", import: "default", eager: true });

/** Other people's rooms hold their own tests; dependencies on them are still checked here. */
const ours = Object.entries(modules).filter(([path]) => !/\.test\.tsx?$|\/(scene|kernels)\/|generated\.ts$/.test(path));

type Tier =
  | "app"
  | "features"
  | "asking"
  | "components"
  | "state"
  | "bridge"
  | "scene"
  | "kernels"
  | "styles"
  | "i18n"
  | "main";
const MAY: Record<Tier, readonly Tier[]> = {
  main: ["app", "state", "bridge", "styles", "i18n"],
  app: ["app", "features", "asking", "components", "state", "bridge", "i18n"],
  features: ["features", "asking", "components", "state", "bridge", "i18n"],
  asking: ["asking", "components", "state", "bridge", "i18n"],
  components: ["components", "i18n"],
  state: ["state", "bridge", "i18n"],
  bridge: ["bridge"],
  scene: ["scene", "kernels"],
  kernels: ["kernels"],
  i18n: ["i18n"],
  styles: [],
};

function importsOf(source: string): string[] {
  return [...source.matchAll(/(?:from\s+|import\s+|import\()\s*"([^"]+)"/g)].map((match) => match[1] as string);
}

/** "../src/features/map/x.ts" with "../../state/y" is "state/y". */
function resolved(path: string, target: string): string {
  const parts = path.replace("../src/", "").split("/").slice(0, -1);
  for (const part of target.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

function tierOf(path: string): Tier {
  const [first = ""] = path.split("/");
  return (first.startsWith("main") ? "main" : first) as Tier;
}

function violations(path: string, source: string): string[] {
  const from = path.replace("../src/", "");
  const tier = tierOf(from);
  const feature = tier === "features" ? from.split("/")[1] : "";
  return importsOf(source).flatMap((target) => {
    if (target.startsWith("@tauri-apps/")) return tier === "bridge" ? [] : [`${from} imports ${target}`];
    if (!target.startsWith(".")) return [];
    const to = resolved(path, target);
    const toTier = tierOf(to);
    if (toTier === "scene" && tier === "features" && feature === "map") return [];
    if (!MAY[tier]?.includes(toTier)) return [`${from} imports ${to}`];
    if (toTier === "features" && tier === "features" && to.split("/")[1] !== feature) return [`${from} imports ${to}`];
    if (toTier === "bridge" && tier !== "main" && tier !== "bridge" && !to.startsWith("bridge/types"))
      return [`${from} imports ${to}`];
    return [];
  });
}

test("imports only go down the tiers", () => {
  const all = Object.entries(modules).filter(([path]) => !/\.test\.tsx?$/.test(path));
  expect(all.length).toBeGreaterThan(80);
  expect(all.flatMap(([path, source]) => violations(path, source))).toEqual([]);
});

test("the tier check can fail", () => {
  expect(violations("../src/components/X.tsx", 'import { a } from "../state/ui";')).toHaveLength(1);
  expect(violations("../src/features/table/X.tsx", 'import { a } from "../map/MapView";')).toHaveLength(1);
  expect(violations("../src/features/table/X.tsx", 'import { a } from "../../scene/api";')).toHaveLength(1);
  expect(violations("../src/state/x.ts", 'import { invoke } from "@tauri-apps/api/core";')).toHaveLength(1);
  expect(violations("../src/scene/x.ts", 'import type { A } from "../state/fleet";')).toHaveLength(1);
  expect(violations("../src/app/x.ts", 'import type { A } from "../state/fleet";')).toHaveLength(0);
});

test("no file is longer than 400 lines, and the median stays small", () => {
  const sizes = [...ours, ...Object.entries(sheets)].map(
    ([path, source]) => [path, source.split("\n").length] as const,
  );
  expect(sizes.filter(([, lines]) => lines > 400)).toEqual([]);
  const lines = ours.map(([, source]) => source.split("\n").length).sort((a, b) => a - b);
  expect(lines[lines.length >> 1]).toBeLessThanOrEqual(120);
});

test("no function is longer than 70 lines", () => {
  const long: string[] = [];
  for (const [path, source] of ours) {
    const lines = source.split("\n");
    lines.forEach((line, start) => {
      if (
        !/^(export )?(default )?(async )?function\*? /.test(line) &&
        !/^ {2}(async )?[#\w]+\((?!.*=>).*\).*\{$/.test(line)
      )
        return;
      const indent = line.match(/^ */)?.[0] ?? "";
      const end = lines.findIndex((other, i) => i > start && other === `${indent}}`);
      if (end - start > 70) long.push(`${path}:${start + 1} ${end - start} lines`);
    });
  }
  expect(long).toEqual([]);
});

test("every module begins by saying what it is for", () => {
  const silent = ours.filter(([, source]) => !source.replace(/^(\/\/ biome-ignore-all.*\n)+/, "").startsWith("/**"));
  expect(silent.map(([path]) => path)).toEqual([]);
});

test("there is no drawer for odds and ends, and no markup from strings", () => {
  expect(
    Object.keys(modules).filter((path) =>
      /util|helper|manager|service|common|shared/i.test(path.replace("../src/", "")),
    ),
  ).toEqual([]);
  const loose = ours.filter(([, source]) =>
    /dangerouslySetInnerHTML|\.innerHTML|insertAdjacentHTML|\beval\(|new Function\(|\balert\(/.test(source),
  );
  expect(loose.map(([path]) => path)).toEqual([]);
});
