/** The console in Polish: it changes at once, says nothing in English any more, and nothing is cut off. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { page } from "vitest/browser";
import type { MockOptions } from "../src/bridge/mock";
import type { StopView } from "../src/bridge/types";
import { chooseLanguage } from "../src/i18n";
import { type Catalogue, flat } from "../src/i18n/catalogue";
import type { Console } from "../src/state/console";
import type { Page } from "../src/state/ui";
import { eventually, mount, unmountAll } from "./mount";

const polish = flat(import.meta.glob<Catalogue>("../src/i18n/pl/*.ts", { eager: true, import: "default" }));
/** English texts that are said otherwise in Polish, and so must not be seen. */
const english = new Set(
  Object.entries(polish)
    .map(([key, text]) => [key.replace(/_(one|few|many|other|node)$/, ""), text] as const)
    .filter(([key, text]) => key !== text && key.length > 2 && !key.includes("{{") && !key.includes("<"))
    .map(([key]) => key),
);

beforeEach(() => chooseLanguage("pl"));
afterEach(() => {
  unmountAll();
  chooseLanguage("system");
});

function seen(): string[] {
  const texts: string[] = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode())
    if (!node.parentElement?.closest("code, pre, bdi, script, style, canvas"))
      texts.push(node.textContent?.trim() ?? "");
  for (const element of document.querySelectorAll("[aria-label], [title], [placeholder]"))
    for (const name of ["aria-label", "title", "placeholder"]) texts.push(element.getAttribute(name) ?? "");
  return texts.filter((text) => text !== "");
}

/** Words that a person reads to act, and that have no room: wider than their box without saying so with an ellipsis. */
function cutOff(): string[] {
  const words = "button, h1, h2, label, dt, th, [role=columnheader], [role=tab], nav a, legend";
  return [...document.querySelectorAll<HTMLElement>(words)]
    .filter((element) => element.checkVisibility() && element.clientWidth > 0)
    .filter((element) => element.scrollWidth > element.clientWidth + 1)
    .filter((element) => getComputedStyle(element).textOverflow !== "ellipsis")
    .filter((element) => !element.querySelector("[class*=hidden]") && !element.closest("[class*=hidden]"))
    .map((element) => `${element.tagName} “${element.textContent?.slice(0, 50)}”`);
}

function beyondTheEdge(): string[] {
  return [...document.querySelectorAll<HTMLElement>("button, input, h1, h2")]
    .filter((element) => element.checkVisibility() && !element.closest("[role=grid], [class*=hidden]"))
    .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1)
    .map((element) => `${element.tagName} “${element.textContent?.slice(0, 50)}”`);
}

type Scene = [string, number, (console: Console) => Promise<unknown> | unknown, Partial<MockOptions>?];
const go = (to: Page) => (console: Console) => console.ui.getState().go(to);
const job = (label: string) => (console: Console) => {
  const found = console.jobs.getState().jobs.find((one) => one.label === label);
  console.ui.getState().go("jobs");
  console.ui.getState().showJob(found?.id ?? "");
};
const plan = (tab: "schedules" | "runbooks") => (console: Console) => {
  console.ui.getState().go("jobs");
  console.ui.getState().set({ jobsTab: tab });
};

const SCENES: Scene[] = [
  ["map", 184, () => {}, { waiting: 2, approvals: 1, jobs: 1 }],
  ["table", 184, go("nodes")],
  ["selection", 184, (console) => console.ui.getState().select([1, 2, 3, 4])],
  ["overview", 184, (console) => console.ui.getState().openNode(3, "overview")],
  ["form", 184, (console) => console.ui.getState().openNode(3, "execute")],
  ["trust", 184, (console) => console.ui.getState().openNode(3, "trust")],
  ["jobs", 184, go("jobs"), { jobs: 1 }],
  ["one job", 184, job("OpenSSL security update"), { jobs: 1 }],
  ["schedules", 184, plan("schedules"), { jobs: 1 }],
  ["runbooks", 184, plan("runbooks"), { jobs: 1 }],
  ["joining", 184, go("joining"), { waiting: 2 }],
  ["adding a machine", 3, (console) => console.ui.getState().set({ adding: true })],
  ["approvals", 184, go("approvals"), { approvals: 2 }],
  ["audit", 184, go("audit")],
  ["settings", 3, go("settings")],
  ["alerts", 184, go("alerts")],
  ["skills", 184, go("skills")],
  ["stopping", 3, (console) => console.ui.getState().set({ stopping: true })],
  [
    "stopped",
    184,
    async (console) => {
      await console.bridge.fleetStop("zła konfiguracja");
      console.jobs
        .getState()
        .takeStop({ ...(console.jobs.getState().stop as StopView), unknown: 2, cannot: 1, held: true });
    },
    { jobs: 1 },
  ],
  ["palette", 184, (console) => console.ui.getState().set({ palette: { open: true, query: "" } })],
  ["empty", 0, () => {}],
];

for (const [name, n, prepare, options] of SCENES)
  test(`${name}: in Polish, whole, within 1280x720`, async () => {
    const { console } = await mount({ n, ...options });
    await page.viewport(1280, 720);
    await prepare(console);
    await new Promise((done) => setTimeout(done, 400));
    await eventually(() => expect(seen().filter((text) => english.has(text))).toEqual([]), { timeout: 1500 });
    expect(cutOff()).toEqual([]);
    expect(beyondTheEdge()).toEqual([]);
    expect(seen().filter((text) => /\{\{|_(one|few|many|other)\b/.test(text))).toEqual([]);
  });

test("the choice in the settings changes every word at once, and back", async () => {
  chooseLanguage("en");
  const { console } = await mount({ n: 3 });
  console.ui.getState().go("settings");
  await expect.element(page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
  await page.getByTestId("settings-language").click();
  await page.getByRole("option", { name: "Polski" }).click();
  await expect.element(page.getByRole("heading", { name: "Ustawienia", level: 1 })).toBeVisible();
  expect(document.documentElement.lang).toBe("pl");
  await page.getByTestId("settings-language").click();
  await page.getByRole("option", { name: "English" }).click();
  await expect.element(page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
});
