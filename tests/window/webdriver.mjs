/**
 * A WebDriver client as small as this test needs: one session, elements, clicks, keys, scripts, screenshots.
 * WebKitWebDriver starts the window itself (`webkitgtk:browserOptions`), so no driver of Tauri's own is needed.
 */

/** The W3C key under which an element's id is sent. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** A session with one window. Close it, or the window stays. */
export class Session {
  #base;

  constructor(base) {
    this.#base = base;
  }

  /** Starts `binary` through the driver that listens at `driver`. */
  static async open(driver, binary) {
    const options = { binary, args: [] };
    const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": options } };
    const { sessionId } = await send(`${driver}/session`, "POST", { capabilities });
    return new Session(`${driver}/session/${sessionId}`);
  }

  close() {
    return send(this.#base, "DELETE");
  }

  /** Runs the body of a function in the page; a promise is awaited. */
  run(script, ...args) {
    return this.#post("execute/sync", { script, args });
  }

  /** The first match, or null; also null for one that goes while it is found. */
  async find(selector) {
    const asked = this.#post("elements", { using: "css selector", value: selector });
    const found = await asked.catch((reason) => {
      if (!/stale/.test(String(reason))) throw reason;
      return [];
    });
    return found.length > 0 ? found[0][ELEMENT] : null;
  }

  text(element) {
    return send(`${this.#base}/element/${element}/text`, "GET");
  }

  /** What stands in a field. */
  value(element) {
    return send(`${this.#base}/element/${element}/property/value`, "GET");
  }

  attribute(element, name) {
    return send(`${this.#base}/element/${element}/attribute/${name}`, "GET");
  }

  click(element) {
    return this.#post(`element/${element}/click`, {});
  }

  /**
   * Empties a field as a person does: all of it is selected and deleted. WebDriver's own way changes the field behind the
   * page's back, which puts the old text back when it draws again.
   */
  clear(element) {
    const [control, release, backspace] = ["\uE009", "\uE000", "\uE003"];
    return this.type(element, `${control}a${release}${backspace}`);
  }

  type(element, text) {
    return this.#post(`element/${element}/value`, { text });
  }

  /** A real pointer: moves to a point of the window, presses, releases. */
  async clickAt(x, y) {
    const pointer = { type: "pointer", id: "mouse", parameters: { pointerType: "mouse" } };
    const move = { type: "pointerMove", duration: 50, x: Math.round(x), y: Math.round(y), origin: "viewport" };
    const press = [
      { type: "pointerDown", button: 0 },
      { type: "pause", duration: 40 },
      { type: "pointerUp", button: 0 },
    ];
    await this.#post("actions", {
      actions: [{ ...pointer, actions: [move, { type: "pause", duration: 60 }, ...press] }],
    });
  }

  /** A real pointer: presses at the first point, goes through the others, and lets go at the last. */
  async dragAlong([first, ...rest]) {
    const move = ([x, y], duration) => ({
      type: "pointerMove",
      duration,
      x: Math.round(x),
      y: Math.round(y),
      origin: "viewport",
    });
    const actions = [
      move(first, 50),
      { type: "pointerDown", button: 0 },
      ...rest.map((point) => move(point, 30)),
      { type: "pointerUp", button: 0 },
    ];
    await this.#post("actions", {
      actions: [{ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions }],
    });
  }

  /** A key, pressed and let go. */
  press(value) {
    const actions = [
      { type: "keyDown", value },
      { type: "keyUp", value },
    ];
    return this.#post("actions", { actions: [{ type: "key", id: "keyboard", actions }] });
  }

  reload() {
    return this.#post("refresh", {});
  }

  /** PNG bytes. */
  async screenshot() {
    return Buffer.from(await send(`${this.#base}/screenshot`, "GET"), "base64");
  }

  #post(path, body) {
    return send(`${this.#base}/${path}`, "POST", body);
  }
}

async function send(url, method, body) {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}
