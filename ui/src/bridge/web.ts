/**
 * The bridge of a browser to the Nexus that served the page: one WebSocket for calls and the feed, known by the cookie of the
 * session. It is opened again whenever it breaks; the feed is told of a gap and goes on with a new snapshot.
 * Not here: signing in (app/SignIn), which calls there are (generated from Rust).
 */
import { byName } from "./calls";
import { download } from "./download";
import type { Bridge, BridgeError, FeedBatch } from "./types";
import { webSettings } from "./webSettings";

const SEEN_EVERY = 32;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

type Answer = { resolve(value: unknown): void; reject(reason: BridgeError): void };
type Told =
  | { welcome: { name: string; role: string } }
  | { id: number; ok?: unknown; error?: BridgeError }
  | { feed: number; batch: FeedBatch };

/** `signedOut` is called when the session is over. */
export function createWebBridge(signedOut: () => void): Bridge {
  const line = new Line(signedOut);
  const call = (name: string, args: unknown[]) => line.call(name, args);
  return byName(call, {
    ...webSettings(),
    ...hostOfPage,
    subscribe: async (onBatch) => line.follow(onBatch),
    saveExport: async (what) => {
      const { id, file } = (await call("openExport", [what])) as { id: string; file: string };
      const parts: Uint8Array<ArrayBuffer>[] = [];
      for (;;) {
        const part = (await call("nextExportPart", [id])) as string | null;
        if (part === null) break;
        parts.push(Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0)));
      }
      return download(file, new Blob(parts));
    },
  });
}

/** Where a click on a notice leads. */
let goTo: (path: string) => void = () => undefined;

/** What a page has of a host. */
const hostOfPage: Pick<Bridge, "place" | "onOpen" | "opening" | "openWindow" | "notify" | "sayStatus" | "saveText"> = {
  place: "browser",
  onOpen: (go) => {
    goTo = go;
    return () => {
      goTo = () => undefined;
    };
  },
  opening: async () => null,
  openWindow: async (path) => {
    window.open(`/#/${path}`, `nexus-${path}`);
  },
  notify: async (title, body, place) => {
    if (!("Notification" in window) || document.visibilityState === "visible") return;
    // Asked for when there is something to tell, and only once.
    if (Notification.permission === "default") await Notification.requestPermission();
    if (Notification.permission !== "granted") return;
    new Notification(title, { body }).onclick = () => {
      window.focus();
      goTo(place);
    };
  },
  sayStatus: async (text) => {
    document.title = text === "" ? "Nexus" : `${text} · Nexus`;
  },
  saveText: async (name, text) => download(name, text),
};

class Line {
  private socket: WebSocket | null = null;
  private next = 1;
  private pause = FIRST_PAUSE_MS;
  private readonly open = new Map<number, Answer>();
  /** Calls made while there is no connection; they go out with the next one. */
  private waiting: string[] = [];
  private feed: { number: number; sent: number; ahead: number; show(batch: FeedBatch): void } | null = null;

  constructor(private readonly signedOut: () => void) {
    this.connect();
  }

  call(name: string, args: unknown[]): Promise<unknown> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.open.set(id, { resolve, reject });
      this.say(JSON.stringify({ id, call: name, arguments: args }), true);
    });
  }

  follow(show: (batch: FeedBatch) => void): () => void {
    const number = this.next++ % 2 ** 32;
    this.feed = { number, sent: 0, ahead: 0, show };
    this.say(JSON.stringify({ subscribe: number }), false);
    return () => {
      if (this.feed?.number !== number) return;
      this.feed = null;
      this.say(JSON.stringify({ unsubscribe: number }), false);
    };
  }

  private connect(): void {
    const socket = new WebSocket(`${window.location.origin.replace(/^http/, "ws")}/console/socket`);
    this.socket = socket;
    let welcomed = false;
    socket.onmessage = ({ data }) => {
      const told = JSON.parse(String(data)) as Told;
      if ("welcome" in told) {
        welcomed = true;
        this.begin(socket);
      } else if ("feed" in told) this.take(told.feed, told.batch);
      else this.settle(told.id, told.ok, told.error);
    };
    socket.onclose = ({ code, reason }) => {
      this.socket = null;
      this.lost(reason);
      // Without a welcome nobody can tell a session that is over from a Nexus that is away; so it is asked.
      if (code === 1008 || !welcomed) void this.checkSession();
      window.setTimeout(() => this.connect(), this.pause);
      this.pause = Math.min(LONGEST_PAUSE_MS, this.pause * 2);
    };
  }

  private begin(socket: WebSocket): void {
    this.pause = FIRST_PAUSE_MS;
    for (const frame of this.waiting.splice(0)) socket.send(frame);
    if (this.feed === null) return;
    this.feed.ahead = this.feed.sent;
    socket.send(JSON.stringify({ subscribe: this.feed.number }));
  }

  private say(frame: string, keep: boolean): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(frame);
    else if (keep) this.waiting.push(frame);
  }

  private take(number: number, { events }: FeedBatch): void {
    const feed = this.feed;
    if (feed === null || feed.number !== number) return;
    const seq = feed.sent++;
    feed.show({ seq, events });
    if (seq % SEEN_EVERY === 0) this.say(JSON.stringify({ seen: [number, seq - feed.ahead] }), false);
  }

  private settle(id: number, ok: unknown, error: BridgeError | undefined): void {
    const answer = this.open.get(id);
    this.open.delete(id);
    if (error) answer?.reject(error);
    else answer?.resolve(ok);
  }

  private lost(reason: string): void {
    this.waiting = [];
    const message = `The connection broke before the answer came${reason ? ` (${reason})` : ""}; it may have been done.`;
    for (const { reject } of this.open.values()) reject({ code: "disconnected", message });
    this.open.clear();
    this.feed?.show({
      seq: this.feed.sent++,
      events: [{ kind: "gap", reason: reason || "the connection was lost" }],
    });
  }

  private async checkSession(): Promise<void> {
    const answer = await fetch("/console/session").catch(() => null);
    if (answer?.status === 401) this.signedOut();
  }
}
