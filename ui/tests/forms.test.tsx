/** The form of a method in a real browser: every kind of field by hand and keyboard, and what is sent of it. */
import { afterEach, expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { ExecuteRequest, JsonValue, MethodView } from "../src/bridge/types";
import { eventually, mount, unmountAll } from "./mount";

// Many steps each, on machines that have others to serve.
vi.setConfig({ testTimeout: 90_000 });

afterEach(unmountAll);

const EVERYTHING: JsonValue = {
  type: "object",
  required: ["image", "restart", "ports", "note"],
  properties: {
    image: { type: "string", minLength: 3, examples: ["nginx:1.29", "postgres:18"] },
    note: { type: ["string", "null"] },
    restart: { enum: ["no", "on-failure", "always"] },
    zone: { enum: Array.from({ length: 40 }, (_, i) => `zone-${i}`) },
    ports: {
      type: "array",
      minItems: 1,
      maxItems: 2,
      items: {
        type: "object",
        required: ["host"],
        properties: { host: { type: "integer", minimum: 1, exclusiveMaximum: 65536 } },
      },
    },
    env: { type: "object", additionalProperties: { type: "string" } },
    memory: { type: "integer", format: "bytes" },
    pause: { type: "number", format: "duration" },
    weights: { type: "array", items: { type: "number" }, maxItems: 3 },
    caps: { type: "array", uniqueItems: true, items: { enum: ["A", "B", "C"] } },
    password: { type: "string", format: "secret" },
    near: { type: "string", format: "node-ref" },
    not_before: { type: "string", format: "date-time" },
    detached: { type: "boolean" },
    health: {
      oneOf: [
        {
          title: "HTTP",
          type: "object",
          required: ["k", "url"],
          properties: { k: { const: "http" }, url: { type: "string", format: "uri" } },
        },
        { title: "None", type: "object", required: ["k"], properties: { k: { const: "none" } } },
      ],
    },
    rest: {},
  },
};

async function open(schema: JsonValue, more: Partial<MethodView> = {}) {
  const sent: ExecuteRequest[] = [];
  const method: MethodView = {
    skill: "BoxSkill",
    method: "start",
    title: "Start",
    effect: "change",
    schema,
    ...more,
  } as MethodView;
  const mounted = await mount({ n: 3 }, (bridge) => {
    const node = bridge.control.nodes[0];
    if (node) Object.assign(node, { methods: [method], skills: [method.skill] });
    return {
      ...bridge,
      execute: async (request) => {
        sent.push(request);
        return { approval: null, refused: [] };
      },
    };
  });
  mounted.console.ui.getState().set({ method: "BoxSkill.start" });
  mounted.console.ui.getState().openNode(0, "execute");
  await expect.element(page.getByTestId("execute-form")).toBeVisible();
  return { ...mounted, sent };
}

const field = (path: string) => page.getByTestId(`field-${path}`);

test("every kind of field is filled in, and sent as what it means", async () => {
  const { sent, bridge } = await open(EVERYTHING);
  await page.getByTestId("example").nth(1).click();
  await expect.element(field("image")).toHaveValue("postgres:18");
  await field("note").fill("a note");
  await page.getByRole("button", { name: "always" }).click();
  await field("ports/0/host").fill("8080");
  await page.getByTestId("more-fields").click();
  await field("zone").fill("zone-3");
  await eventually(() => expect(page.getByTestId("choice-item").elements().length).toBe(11));
  await userEvent.keyboard("{Enter}");
  await field("env").getByTestId("pair-name").first().fill("TZ");
  await field("env/TZ").fill("Europe/Warsaw");
  await field("memory").fill("64 MiB");
  await field("pause").fill("1h30m");
  await field("weights").click();
  await userEvent.keyboard("1,2.5{Enter}{Enter}");
  await page.getByTestId("pick").nth(2).click();
  await page.getByTestId("pick").nth(0).click();
  await field("password").fill("hunter2");
  await field("near").fill(bridge.control.nodes[2]?.name ?? "");
  await field("not_before").fill("2026-11-26T09:00:00+01:00");
  await field("detached").getByRole("button", { name: "No", exact: true }).click();
  await page.getByTestId("add-health").click();
  await field("health/url").fill("https://example.org/up");
  await field("rest").fill('{"deep": [1, null]}');
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  await eventually(() => expect(sent).toHaveLength(1));
  expect(sent[0]?.parameters).toEqual({
    image: "postgres:18",
    note: "a note",
    restart: "always",
    zone: "zone-3",
    ports: [{ host: 8080 }],
    env: { TZ: "Europe/Warsaw" },
    memory: 67_108_864,
    pause: 5400,
    weights: [1, 2.5],
    caps: ["A", "C"],
    password: "hunter2",
    near: bridge.control.nodes[2]?.id,
    not_before: "2026-11-26T09:00:00+01:00",
    detached: false,
    health: { k: "http", url: "https://example.org/up" },
    rest: { deep: [1, null] },
  });
});

test("cards are added, moved and removed by keyboard, and no more than allowed", async () => {
  const { sent } = await open(EVERYTHING);
  await field("image").fill("nginx");
  await field("note").fill("x");
  await field("ports/0/host").fill("1");
  await page.getByTestId("add-ports").click();
  await eventually(() => expect(document.activeElement?.getAttribute("data-testid")).toBe("field-ports/1/host"));
  await userEvent.keyboard("2");
  await expect.element(page.getByTestId("add-ports")).toBeDisabled();
  await userEvent.keyboard("{Alt>}{ArrowUp}{/Alt}");
  await expect.element(field("ports/0/host")).toHaveValue("2");
  await page.getByRole("button", { name: "Remove Ports 2" }).click();
  await expect.element(page.getByRole("button", { name: "Remove Ports 1" })).toBeDisabled();
  await page.getByTestId("run").click();
  await eventually(() => expect(sent[0]?.parameters).toMatchObject({ ports: [{ host: 2 }] }));
});

test("pasted lines become rows, pasted words become chips, Backspace takes the last one back", async () => {
  const { sent } = await open({
    type: "object",
    required: ["env", "ids"],
    properties: {
      env: { type: "object", additionalProperties: { type: "string" } },
      ids: { type: "array", items: { type: "integer" } },
    },
  });
  const paste = (selector: string, text: string) => {
    const data = new DataTransfer();
    data.setData("text", text);
    document
      .querySelector(selector)
      ?.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  };
  paste('[data-testid="pair-name"]', "export A=1\nB=x=y\n# no\n");
  await eventually(() => expect(page.getByTestId("pair").elements()).toHaveLength(3));
  paste('[data-testid="field-ids"]', "1, 2\n3");
  await eventually(() => expect(page.getByTestId("chip").elements()).toHaveLength(3));
  await field("ids").click();
  await userEvent.keyboard("{Backspace}");
  await page.getByTestId("run").click();
  await eventually(() => expect(sent[0]?.parameters).toEqual({ env: { A: "1", B: "x=y" }, ids: [1, 2] }));
});

test("what is wrong stands beside its field, the first of it gets the keyboard, and how many is said", async () => {
  const { sent } = await open(EVERYTHING);
  await field("image").fill("ng");
  await field("note").fill("x");
  await field("ports/0/host").fill("70000");
  await page.getByTestId("more-fields").click();
  await field("rest").fill("{oops");
  await page.getByTestId("more-fields").click();
  await page.getByTestId("run").click();
  await expect.element(page.getByTestId("form-problems")).toHaveTextContent("3 fields need a look");
  await eventually(() => expect(document.activeElement?.getAttribute("data-testid")).toBe("field-image"));
  await expect.element(page.getByText("Too short: at least 3 characters.")).toBeVisible();
  await expect.element(page.getByText("Must be less than 65536.")).toBeVisible();
  await expect.element(page.getByText(/This is no JSON/)).toBeVisible();
  await expect.element(field("image")).toHaveAttribute("aria-invalid", "true");
  expect(sent).toHaveLength(0);
  await field("image").fill("nginx");
  await expect.element(page.getByTestId("form-problems")).toHaveTextContent("2 fields need a look");
});

test("null is a value of its own", async () => {
  const { sent } = await open({
    type: "object",
    required: ["place"],
    properties: { place: { anyOf: [{ type: "object", properties: { x: { type: "integer" } } }, { type: "null" }] } },
  });
  await field("place/x").fill("1");
  await page.getByTestId("leave-place").click();
  await expect.element(page.getByTestId("null-place")).toBeVisible();
  await page.getByTestId("run").click();
  await eventually(() => expect(sent[0]?.parameters).toEqual({ place: null }));
});

test("JSON and back: what the form cannot show stays JSON and is sent as it is", async () => {
  const { sent } = await open(EVERYTHING);
  await field("image").fill("nginx");
  await field("note").fill("x");
  await field("ports/0/host").fill("1");
  await page.getByTestId("json-toggle").click();
  await expect
    .element(field("json"))
    .toHaveValue(JSON.stringify({ image: "nginx", note: "x", restart: "no", ports: [{ host: 1 }] }, null, 2));
  await field("json").fill('{"image": "nginx", "note": null, "restart": "no", "ports": [{"host": 2}], "unheard": 1}');
  await page.getByTestId("json-toggle").click();
  await expect.element(page.getByTestId("json-problem")).toHaveTextContent("cannot show all of this: unheard");
  await page.getByTestId("run").click();
  await eventually(() => expect(sent[0]?.parameters).toMatchObject({ unheard: 1, note: null }));
  await field("json").fill('{"image": "n"');
  await page.getByTestId("run").click();
  await expect.element(page.getByTestId("json-problem")).toHaveTextContent("This is no JSON");
  await field("json").fill('{"image": "n", "note": "", "restart": "never", "ports": []}');
  await expect.element(page.getByTestId("json-problem")).toHaveTextContent("ports: Too few: at least 1.");
  await field("json").fill('{"image": "nginx", "note": null, "restart": "no", "ports": [{"host": 3}]}');
  await page.getByTestId("json-toggle").click();
  await expect.element(field("ports/0/host")).toHaveValue("3");
  expect(sent).toHaveLength(1);
});

test("a flood of parameters is written as JSON, and the window stays itself", async () => {
  const { sent } = await open({
    type: "object",
    properties: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`p${i}`, { type: "string" }])),
  });
  await expect.element(page.getByTestId("json-only")).toBeVisible();
  expect(page.getByTestId("json-toggle").elements()).toHaveLength(0);
  await field("json").fill('{"p7": "x"}');
  await page.getByTestId("run").click();
  await eventually(() => expect(sent[0]?.parameters).toEqual({ p7: "x" }));
});

test("calls of before come back without their secrets; a name keeps them; they can be forgotten", async () => {
  const { sent, bridge } = await open(EVERYTHING);
  await field("image").fill("nginx");
  await field("note").fill("x");
  await field("ports/0/host").fill("1");
  await page.getByTestId("more-fields").click();
  await field("password").fill("hunter2");
  await page.getByTestId("run").click();
  await eventually(async () => expect(await bridge.savedCalls("BoxSkill", "start")).toHaveLength(1));
  expect(JSON.stringify(await bridge.savedCalls("BoxSkill", "start"))).not.toContain("hunter2");
  await field("image").fill("other");
  await page.getByTestId("recall").click();
  await expect.element(page.getByTestId("saved-call")).toHaveTextContent("secrets have to be typed again");
  await page.getByTestId("saved-name").fill("the other");
  await page.getByTestId("save-call").click();
  await eventually(() => expect(page.getByTestId("saved-call").elements()).toHaveLength(2));
  await page.getByTestId("saved-call").nth(1).getByRole("button").first().click();
  await expect.element(field("image")).toHaveValue("nginx");
  expect(sent).toHaveLength(1);
  await page.getByTestId("recall").click();
  await page.getByRole("button", { name: "Forget the other" }).click();
  await eventually(async () => expect(await bridge.savedCalls("BoxSkill", "start")).toHaveLength(1));
});

test("numbers step with the arrows, within their bounds", async () => {
  await open(EVERYTHING);
  await field("ports/0/host").click();
  await userEvent.keyboard("{ArrowUp}{ArrowUp}{ArrowDown}{ArrowDown}");
  await expect.element(field("ports/0/host")).toHaveValue("1");
});
