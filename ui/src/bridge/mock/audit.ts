/**
 * An audit log as the simulated host keeps it: a past of some days, and whatever is done in the console. Hashes only
 * look like ones; `tamper` makes the check fail. Not here: who may read it.
 */

import type { AuditEntryView, AuditPage, AuditQuery, AuditVerdict, NodeView } from "../types";
import { fingerprintOf } from "./join";
import { pick, type Random } from "./random";

const LOCAL = { id: "local", name: "local", kind: "local", role: "admin" } as const;
const SCRIPT = { id: "0192-backup", name: "backup script", kind: "token", role: "operator" } as const;
const COMMANDS = ["uptime", "systemctl restart nginx", "df -h", "apt-get -y upgrade", "journalctl -n 200", "ls /srv"];

export class SimulatedAudit {
  readonly entries: AuditEntryView[] = [];
  #broken: number[] = [];

  constructor(nodes: readonly NodeView[], random: Random) {
    if (nodes.length > 0) this.#invent(nodes, random);
  }

  /** The number of the entry. */
  add(action: string, rest: Partial<AuditEntryView> = {}, at = new Date().toISOString()): number {
    const number = this.entries.length + 1;
    this.entries.push({
      number,
      hash: hashOf(`entry ${number}`),
      instance: null,
      at,
      action,
      who: LOCAL,
      from: "desktop",
      decision: "allowed",
      why: null,
      subject: [],
      call: null,
      targets: [],
      targetsSha256: rest.targets ? hashOf(rest.targets.join()) : null,
      executions: [],
      approval: null,
      outcomes: [],
      about: null,
      count: null,
      detail: null,
      ...rest,
    });
    return number;
  }

  page(query: AuditQuery): AuditPage {
    const words = query.search.toLowerCase();
    const who = query.who.toLowerCase();
    const before = query.before === null ? null : Number(query.before);
    const fits = (entry: AuditEntryView) =>
      (before === null || entry.number < before) &&
      (query.instance === null || entry.instance?.id === query.instance) &&
      (query.action === null || entry.action === query.action) &&
      (who === "" || entry.who?.name.toLowerCase() === who || entry.who?.id.toLowerCase() === who) &&
      (query.node === null || entry.targets.includes(query.node) || entry.subject.includes(query.node)) &&
      (words === "" || JSON.stringify(entry).toLowerCase().includes(words));
    const found = this.entries.filter(fits).reverse();
    const entries = found.slice(0, query.limit);
    const more = found.length > entries.length;
    return { entries, before: more ? String(entries.at(-1)?.number) : null, instances: [] };
  }

  /** Somebody wrote into the file. */
  tamper(number: number): void {
    this.#broken.push(number);
  }

  verify(): AuditVerdict {
    const last = this.entries.length;
    const own = {
      ok: this.#broken.length === 0,
      entries: last,
      first: 1,
      last,
      hash: hashOf(`entry ${last}`),
      checkpoints: 1 + Math.floor(last / 100),
      unsigned: last % 100,
      fingerprint: fingerprintOf("this nexus"),
      faults: this.#broken.map((number) => ({
        number,
        kind: "edited",
        detail: "its text is not what was hashed when it was written",
      })),
    };
    return { own, copies: [] };
  }

  #invent(nodes: readonly NodeView[], random: Random): void {
    const start = Date.now() - 5 * 86_400_000;
    const at = (i: number) => new Date(start + i * 1_690_000 + random() * 900_000).toISOString();
    this.add("start", { who: null, from: null, detail: { listening: ["0.0.0.0:8765"], version: "0.1.0" } }, at(0));
    for (let i = 1; i < 250; i++) {
      const dice = random();
      const some = nodes.slice(Math.floor(random() * nodes.length)).slice(0, dice < 0.2 ? 12 : 1);
      if (dice < 0.62) this.#ran(some, pick(random, COMMANDS), dice < 0.3, at(i));
      else this.#other(dice, some[0] as NodeView, at(i));
    }
  }

  #ran(nodes: readonly NodeView[], summary: string, byScript: boolean, at: string): void {
    const asked: Partial<AuditEntryView> = {
      who: byScript ? SCRIPT : LOCAL,
      from: byScript ? "10.4.0.12" : "desktop",
      call: { skill: "ShellSkill", method: "run", summary, timeout: 30, sha256: hashOf(summary) },
      targets: nodes.map((node) => node.id),
      executions: nodes.map((node) => `0192f0c4-${fingerprintOf(node.id).slice(0, 4)}-7c00-8a00-000000000000`),
    };
    const number = this.add("execute", asked, at);
    const outcomes = (asked.executions ?? []).map((execution, i) =>
      i === 3
        ? ({ execution, state: "failed", exitCode: 1 } as const)
        : ({ execution, state: "succeeded", exitCode: 0 } as const),
    );
    this.add("ended", { who: null, from: null, decision: null, about: number, outcomes }, at);
  }

  #other(dice: number, node: NodeView, at: string): void {
    const subject = [node.id];
    if (dice < 0.7) this.add("accept_node", { subject }, at);
    else if (dice < 0.76) this.add("make_join_code", { detail: { label: "rack 4", uses: 20 } }, at);
    else if (dice < 0.82) this.add("node_joined", { subject, who: null, from: node.address, decision: null }, at);
    else if (dice < 0.88)
      this.add(
        "denied",
        {
          who: SCRIPT,
          from: "10.4.0.12",
          decision: "denied",
          why: "your token has the role operator, this needs admin; ask for one with a larger role",
          detail: { method: "DELETE", path: `/api/v1/nodes/${node.id}` },
        },
        at,
      );
    else if (dice < 0.93)
      this.add("wrong_token", { who: null, from: "203.0.113.9", decision: "denied", count: 14 }, at);
    else if (dice < 0.97) this.add("edit_node", { subject, detail: { tags: ["role:db"] } }, at);
    else this.add("make_token", { subject: ["0192-wall"], detail: { name: "wall display", role: "viewer" } }, at);
  }
}

export function hashOf(text: string): string {
  return `${fingerprintOf(text)}${fingerprintOf(`${text} more`)}`.replaceAll(" ", "");
}
