/**
 * A session bus of our own, and on it a desktop's notification server: it keeps what it is told to show, and clicks on it
 * when a test wants that. Only as much of the D-Bus protocol as this takes. Not here: what deserves a notice.
 */
import { spawn } from "node:child_process";
import { connect } from "node:net";

const NAME = "org.freedesktop.Notifications";
const PATH = "/org/freedesktop/Notifications";
const [CALL, RETURN, SIGNAL] = [1, 2, 4];

export class Bus {
  /** What was to be shown: `{ id, title, body }`. */
  shown = [];
  #serial = 0;
  #rest = Buffer.alloc(0);

  /** Starts the bus below `folder`. */
  static async start(folder) {
    const bus = new Bus();
    bus.address = `unix:path=${folder}/bus`;
    bus.child = spawn("dbus-daemon", ["--session", "--nofork", `--address=${bus.address}`, "--print-address=3"], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    });
    await new Promise((resolve, reject) => {
      bus.child.once("error", reject);
      bus.child.stdio[3].once("data", resolve);
    });
    await bus.#enter(`${folder}/bus`);
    return bus;
  }

  /** As if the person clicked on the notice. */
  click(id) {
    const body = new Writer().u32(id).string("default").bytes();
    this.#send(SIGNAL, { path: PATH, interface: NAME, member: "ActionInvoked", signature: "us" }, body);
  }

  stop() {
    this.socket.destroy();
    this.child.kill();
  }

  async #enter(file) {
    this.socket = connect(file);
    const uid = Buffer.from(String(process.getuid())).toString("hex");
    this.socket.write(`\0AUTH EXTERNAL ${uid}\r\n`);
    await new Promise((resolve) => this.socket.once("data", resolve));
    this.socket.write("BEGIN\r\n");
    this.socket.on("data", (data) => this.#take(data));
    const bus = {
      path: "/org/freedesktop/DBus",
      interface: "org.freedesktop.DBus",
      destination: "org.freedesktop.DBus",
    };
    this.#send(CALL, { ...bus, member: "Hello" });
    const name = new Writer().string(NAME).u32(0).bytes();
    this.#send(CALL, { ...bus, member: "RequestName", signature: "su" }, name);
  }

  #take(data) {
    this.#rest = Buffer.concat([this.#rest, data]);
    for (;;) {
      if (this.#rest.length < 16) return;
      const fields = align(16 + this.#rest.readUInt32LE(12), 8);
      const end = fields + this.#rest.readUInt32LE(4);
      if (this.#rest.length < end) return;
      const message = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end);
      if (message[1] === CALL) this.#answer(message, fields);
    }
  }

  #answer(message, fields) {
    const { member, sender } = headerOf(message);
    const to = { destination: sender, replySerial: message.readUInt32LE(8) };
    if (member !== "Notify") return this.#send(RETURN, to);
    const told = new Reader(message.subarray(fields));
    const [, replaced, , title, body] = [told.string(), told.u32(), told.string(), told.string(), told.string()];
    const id = replaced || this.shown.length + 1;
    this.shown.push({ id, title, body });
    return this.#send(RETURN, { ...to, signature: "u" }, new Writer().u32(id).bytes());
  }

  #send(type, header, body = Buffer.alloc(0)) {
    const fields = new Writer();
    const put = (code, kind, value) => {
      if (value === undefined) return;
      fields.align(8).byte(code).signature(kind);
      if (kind === "u") fields.u32(value);
      else if (kind === "g") fields.signature(value);
      else fields.string(value);
    };
    put(1, "o", header.path);
    put(2, "s", header.interface);
    put(3, "s", header.member);
    put(5, "u", header.replySerial);
    put(6, "s", header.destination);
    put(8, "g", header.signature);
    this.#serial += 1;
    const list = fields.bytes();
    const head = new Writer().byte(0x6c).byte(type).byte(0).byte(1).u32(body.length).u32(this.#serial).u32(list.length);
    const padding = Buffer.alloc(align(list.length, 8) - list.length);
    this.socket.write(Buffer.concat([head.bytes(), list, padding, body]));
  }
}

/** Member and sender of a message. */
function headerOf(message) {
  const fields = new Reader(message.subarray(16, 16 + message.readUInt32LE(12)));
  const found = {};
  while (!fields.atEnd()) {
    const code = fields.align(8).byte();
    const kind = fields.signature();
    const value = kind === "u" ? fields.u32() : kind === "g" ? fields.signature() : fields.string();
    if (code === 3) found.member = value;
    if (code === 7) found.sender = value;
  }
  return found;
}

const align = (at, to) => Math.ceil(at / to) * to;

class Writer {
  #bytes = [];

  byte(value) {
    this.#bytes.push(value);
    return this;
  }

  align(to) {
    while (this.#bytes.length % to !== 0) this.#bytes.push(0);
    return this;
  }

  u32(value) {
    this.align(4);
    for (const shift of [0, 8, 16, 24]) this.#bytes.push((value >>> shift) & 0xff);
    return this;
  }

  string(text) {
    const bytes = Buffer.from(text);
    this.u32(bytes.length).#bytes.push(...bytes, 0);
    return this;
  }

  signature(text) {
    this.#bytes.push(text.length, ...Buffer.from(text), 0);
    return this;
  }

  bytes() {
    return Buffer.from(this.#bytes);
  }
}

class Reader {
  #at = 0;

  constructor(buffer) {
    this.buffer = buffer;
  }

  atEnd() {
    return this.#at >= this.buffer.length;
  }

  align(to) {
    this.#at = align(this.#at, to);
    return this;
  }

  byte() {
    return this.buffer[this.#at++];
  }

  u32() {
    this.align(4);
    this.#at += 4;
    return this.buffer.readUInt32LE(this.#at - 4);
  }

  string() {
    return this.#text(this.u32());
  }

  signature() {
    return this.#text(this.byte());
  }

  #text(length) {
    const from = this.#at;
    this.#at += length + 1;
    return this.buffer.toString("utf8", from, from + length);
  }
}
