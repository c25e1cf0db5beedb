/** The console as a person uses it: found by the ids that the page gives to tests, worked by clicks and keys. */
import { pause, until } from "./desk.mjs";

/** Words of `data-state` that will not change any more. */
const over = ["succeeded", "failed", "timed_out", "cancelled", "unknown", "expired", "refused"];

export class Page {
  constructor(session) {
    this.session = session;
  }

  /** The element with this test id, once it is there. */
  element(id) {
    return until(`there is a ${id}`, () => this.session.find(`[data-testid="${id}"]`));
  }

  async isThere(id) {
    return (await this.session.find(`[data-testid="${id}"]`)) !== null;
  }

  /** Clicks it once nothing lies over it and it stands still: a dialog that closes takes a moment, news draws anew. */
  async click(id) {
    await until(`${id} can be clicked`, async () => {
      const element = await this.element(id);
      return this.session.click(element).then(
        () => true,
        (reason) => {
          if (!/intercepted|stale/.test(String(reason))) throw reason;
          return false;
        },
      );
    });
  }

  /** What the element with this test id says. */
  async text(id) {
    return this.session.text(await this.element(id));
  }

  /**
   * Types into a field, over what stands there. Whoever types while a dialog closes sees the focus go elsewhere, and types
   * again.
   */
  async fill(id, text) {
    await until(`${id} holds what was typed`, async () => {
      const field = await this.element(id);
      await this.session.clear(field);
      await this.session.type(field, text);
      return (await this.session.value(field)) === text;
    });
  }

  /** Until the element says something that fits. */
  says(id, pattern, patience) {
    const what = `${id} says ${pattern}`;
    const looks = async () => {
      // Asked in one go, for it may be drawn anew at any time; rows that are scrolled away count too.
      const script = `return document.querySelector('[data-testid="' + arguments[0] + '"]')?.textContent ?? ""`;
      const text = await this.session.run(script, id);
      return text !== "" && pattern.test(text) && text;
    };
    return until(what, looks, patience);
  }

  /** A key on its own, by its code in WebDriver's private use area. */
  press(key) {
    return this.session.press(key);
  }

  /** From now on, what the content security policy forbids is written down. */
  watchPolicy() {
    return this.session.run(
      `window.violations = [];
       document.addEventListener("securitypolicyviolation", (event) =>
         window.violations.push(event.violatedDirective + " " + event.blockedURI + " " + event.sourceFile + ":" + event.lineNumber));`,
    );
  }

  violations() {
    return this.session.run("return window.violations");
  }

  /** From now on, what goes wrong in the page is written down. */
  watchFaults() {
    return this.session.run(
      `window.faults = [];
       const note = (...what) => window.faults.push(what.map((one) => one?.stack ?? String(one)).join(" "));
       const { error } = console;
       console.error = (...what) => (note(...what), error(...what));
       window.addEventListener("error", (event) => note(event.message, event.error));
       window.addEventListener("unhandledrejection", (event) => note(event.reason));`,
    );
  }

  faults() {
    return this.session.run("return window.faults");
  }

  /** Clicks the star where it is drawn. Its place is said by its twin in the list for screen readers. */
  async clickStar(name) {
    await this.session.clickAt(...(await this.placeOf(name)));
  }

  /** Draws a loop around these stars, whose names are all that it holds if they stand together. */
  async lassoStars(names) {
    const places = [];
    for (const name of names) places.push(await this.placeOf(name));
    const [left, right] = range(places.map(([x]) => x));
    const [top, bottom] = range(places.map(([, y]) => y));
    const corners = [
      [left, top],
      [right, top],
      [right, bottom],
      [left, bottom],
      [left, top],
    ];
    await this.session.dragAlong(corners);
  }

  /** Where a star stands in the window. */
  placeOf(name) {
    return until(`${name} is on the map`, async () => (await this.sky())[name]);
  }

  /** Where each star stands, by its name, once they stand still: the map makes room when one arrives. */
  sky() {
    let before = null;
    return until("the stars stand still", async () => {
      const now = await this.session.run(
        `const map = document.querySelector('[data-testid="map-canvas"]')?.getBoundingClientRect();
         if (!map) return null;
         return Object.fromEntries([...document.querySelectorAll('[data-testid="star"][data-x]')].map((star) =>
           [star.textContent.split(",")[0], [map.x + Number(star.dataset.x), map.y + Number(star.dataset.y)]]));`,
      );
      const stand = now !== null && JSON.stringify(now) === JSON.stringify(before) && now;
      before = now;
      return stand || ((await pause(200)) && null);
    });
  }

  /** Names of the stars, as they are read aloud. */
  stars() {
    return this.session.run(
      `return [...document.querySelectorAll('[data-testid="star"]')].map((star) => star.textContent)`,
    );
  }

  /** Groups of outputs of the open job: what was written, and by which nodes. */
  groups() {
    return this.session.run(
      `return [...document.querySelectorAll('[data-testid="group"]')].map((group) => ({
         text: group.querySelector('[data-testid="group-text"]')?.textContent.trim() ?? "",
         diff: group.querySelector('[data-testid="group-diff"] ins')?.textContent.trim() ?? "",
         nodes: [...group.querySelectorAll('[data-testid="group-node"]')].map((node) => node.textContent.trim()).sort(),
       }))`,
    );
  }

  /** Types a command into the open form and runs it; resolves to the execution's id. */
  async run(command) {
    const before = await this.execution();
    await this.fill("field-command", command);
    await this.click("run");
    const shown = await until("the execution is shown", async () => {
      const now = await this.execution();
      return now !== null && now.id !== before?.id && now;
    });
    return shown.id;
  }

  /** The execution in the drawer: its id, state and visible output, or null. */
  execution() {
    return this.session.run(
      `const pane = document.querySelector('[data-execution]');
       if (!pane) return null;
       const find = (id) => pane.querySelector('[data-testid="' + id + '"]');
       return { id: pane.dataset.execution, state: find("execution-state").dataset.state, output: find("output")?.innerText ?? "" };`,
    );
  }

  /** The execution once it is over. */
  ended() {
    return until("it is over", async () => {
      const now = await this.execution();
      return now !== null && over.includes(now.state) && now;
    });
  }

  /** Makes a call as the console does, past the page. */
  call(name, ...args) {
    return this.session.run(
      `return window.__TAURI_INTERNALS__.invoke("call", { name: arguments[0], arguments: arguments[1] })`,
      name,
      JSON.stringify(args),
    );
  }
}

/** The least and the most, with room for a star. */
function range(numbers) {
  return [Math.min(...numbers) - 18, Math.max(...numbers) + 18];
}
