/** The journal of one simulated machine: it has a past, and goes on while somebody reads. Not here: other looks. */
import type { JsonValue, NodeView } from "../types";
import { refusal } from "./executions";
import type { Random } from "./random";

type Entry = { at: string; level: string; from: string; pid: number; text: string; unit: string };
const LEVELS = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];
const PAST = 240;
const NEW_MS = 900;

const SAID: Record<string, readonly (readonly [string, string, string])[]> = {
  any: [
    ["ssh", "info", "Accepted publickey for deploy from 10.4.0.31 port 51122 ssh2: ED25519"],
    ["systemd", "info", "Started session-412.scope - Session 412 of User deploy."],
    ["cron", "info", "(root) CMD (test -x /usr/sbin/anacron || run-parts /etc/cron.hourly)"],
    ["chrony", "notice", "Selected source 10.0.0.1"],
    ["ssh", "warning", "Connection reset by authenticating user root 203.0.113.9 port 40812 [preauth]"],
    ["systemd", "info", "apt-daily.service: Deactivated successfully."],
    ["kernel", "warning", "TCP: request_sock_TCP: Possible SYN flooding on port 443. Sending cookies."],
  ],
  db: [
    ["postgresql", "info", "checkpoint complete: wrote 4112 buffers (25.1%); 0 WAL files added"],
    ["postgresql", "err", "deadlock detected: process 28114 waits for ShareLock on transaction 88213"],
    ["postgresql", "warning", "canceling statement due to lock timeout (5000 ms)"],
    ["pgbouncer", "info", "stats: 41 xacts/s, 118 queries/s, in 61 kB/s, out 402 kB/s"],
  ],
  web: [
    [
      "nginx",
      "err",
      "upstream timed out (110: Connection timed out) while reading response header, upstream: 10.1.0.7:8080",
    ],
    ["node", "info", "GET /orders/99121 200 41ms"],
    ["node", "info", "POST /cart 201 18ms"],
  ],
};

export class LogLines {
  #entries: Entry[] = [];
  #random: Random;
  #role: string;
  #grown: number;

  constructor(_node: NodeView, role: string, random: Random) {
    this.#random = random;
    this.#role = role;
    const now = Date.now();
    for (let i = PAST; i > 0; i--) this.#say(now - i * 41_000);
    this.#grown = now;
  }

  read(asked: { [key: string]: JsonValue }): JsonValue {
    const path = String(asked.path ?? "");
    if (path !== "" && !path.startsWith("/var/log/")) throw refusal("failed", "`path` must be a file under /var/log");
    this.#grow();
    const after = asked.after === undefined ? -1 : Number(String(asked.after).split("=")[1]);
    const most = Number(asked.lines ?? 200);
    const worst = LEVELS.indexOf(String(asked.priority ?? "debug"));
    const search = String(asked.search ?? "").toLowerCase();
    const unit = String(asked.unit ?? "").replace(/\.service$/, "");
    const found = this.#entries
      .map((entry, at) => ({ entry, at }))
      .filter(
        ({ entry, at }) =>
          at > after &&
          (unit === "" || entry.unit === unit) &&
          LEVELS.indexOf(entry.level) <= worst &&
          `${entry.from} ${entry.text}`.toLowerCase().includes(search),
      );
    const lines = found
      .slice(-most)
      .map(({ entry: { unit: _, ...line } }) =>
        path === ""
          ? line
          : { at: null, level: null, from: "", pid: null, text: `${line.at} ${line.from}: ${line.text}` },
      );
    const more = asked.after === undefined && found.length > most;
    return { source: path || "journal", lines, cursor: `i=${this.#entries.length - 1}`, more, note: null };
  }

  #grow(): void {
    const now = Date.now();
    for (; this.#grown + NEW_MS < now; this.#grown += NEW_MS) this.#say(this.#grown + NEW_MS);
  }

  #say(at: number): void {
    const own = SAID[this.#role] ?? SAID.web ?? [];
    const any = SAID.any ?? [];
    const from = this.#random() < 0.6 ? own : any;
    const [unit, level, text] = from[Math.floor(this.#random() * from.length)] ?? [
      "systemd",
      "info",
      "Reached target.",
    ];
    const pid = 400 + Math.floor(this.#random() * 30_000);
    this.#entries.push({
      at: new Date(at).toISOString(),
      level,
      from: unit === "ssh" ? "sshd" : unit,
      pid,
      text,
      unit,
    });
  }
}
