/**
 * Jobs that a simulated host has from the start: one that waits at a gate, two that run, and a history with outcomes
 * of every kind, so that the console has something to show. Nothing of it moves by itself.
 */
import type { ExecutionView, JobRequest, JobView, NodeView, TargetState, TargetView } from "../types";
import { hashOf } from "./audit";
import type { SimulatedExecutions } from "./executions";
import { countsOf, type SimulatedJobs, targetOf, viewOf } from "./jobs";

type Told = { state: TargetState; text: string; exitCode?: number | null; error?: string };
type Past = {
  label: string;
  command: string;
  target: string;
  nodes: readonly NodeView[];
  minutesAgo: number;
  /** Seconds from start to end; null: it still runs. */
  took: number | null;
  request?: Partial<JobRequest>;
  view?: Partial<JobView>;
  tell(node: NodeView, index: number): Told;
};

const MINUTE = 60_000;

export function remember(
  jobs: SimulatedJobs,
  executions: SimulatedExecutions,
  nodes: readonly NodeView[],
  jobCount: number,
): void {
  const at = (site: string) => nodes.filter((node) => node.tags.includes(`site:${site}`));
  const past = [kernels(at("fra")), nightly(at("par")), dns(at("sin")), cancelled(at("lab"))];
  const live = [backup(at("edg")), inventory(at("fra")), upgrade(at("iad"))];
  for (const one of [...past, ...live].slice(0, jobCount * 7)) if (one.nodes.length > 3) enter(jobs, executions, one);
}

function enter(jobs: SimulatedJobs, executions: SimulatedExecutions, past: Past): void {
  const id = `job-${hashOf(past.label + past.command).slice(0, 12)}`;
  const request = requestOf(past, id);
  const started = Date.now() - past.minutesAgo * MINUTE;
  const targets = past.nodes.map((node, index) => {
    const told = node.state === "offline" ? { state: "skipped" as const, text: "" } : past.tell(node, index);
    return told.state === "skipped" || told.state === "queued" || told.state === "waiting"
      ? { ...targetOf(node, index), state: told.state }
      : begun(executions, past, request, node, index, told, started);
  });
  const view = viewOf(request, targets.length, {
    counts: countsOf(targets),
    targetsSha256: hashOf(targets.map(({ nodeId }) => nodeId).join()),
    submittedAt: new Date(started).toISOString(),
    finishedAt: past.took === null ? null : new Date(started + past.took * 1000).toISOString(),
    ...past.view,
  });
  jobs.all.set(id, { view, request, targets, ending: null });
}

function begun(
  executions: SimulatedExecutions,
  past: Past,
  request: JobRequest,
  node: NodeView,
  index: number,
  told: Told,
  started: number,
): TargetView {
  const over = !["running", "dispatched", "stopping"].includes(told.state);
  const durationMs = over ? 240 + ((index * 7919) % 1400) : null;
  const ended = over ? new Date(started + 900 + (durationMs ?? 0)).toISOString() : null;
  const { exitCode = over ? 0 : null, error = null } = told;
  const view: ExecutionView = {
    id: `${request.id}-${index}`,
    nodeId: node.id,
    nodeName: node.name,
    ordinal: node.ordinal,
    skill: request.skill,
    method: request.method,
    summary: past.command,
    state: told.state as ExecutionView["state"],
    exitCode,
    signal: null,
    error,
    submittedAt: new Date(started + 300).toISOString(),
    finishedAt: told.state === "unknown" ? null : ended,
    durationMs,
    outputBytes: told.text.length,
    result: null,
    jobId: request.id,
    targetIndex: index,
    attempt: 1,
  };
  executions.remember(view, told.text);
  const { state } = told;
  return {
    ...targetOf(node, index),
    state,
    attempts: 1,
    executionId: view.id,
    error,
    exitCode,
    durationMs,
    outputBytes: told.text.length,
    finishedAt: ended,
  };
}

function requestOf(past: Past, id: string): JobRequest {
  return {
    id,
    label: past.label,
    target: past.target,
    nodeIds: null,
    targetsSha256: null,
    confirmCount: null,
    skill: "ShellSkill",
    method: "run",
    parameters: { command: past.command },
    timeoutSeconds: 300,
    any: null,
    strategy: "least_load",
    offline: "skip",
    expiresInSeconds: 86_400,
    priority: 5,
    concurrency: 0,
    waves: null,
    stopAfter: null,
    prefer: "",
    avoid: "",
    spreadBy: null,
    resource: null,
    cacheSeconds: null,
    retry: null,
    approval: null,
    ...past.request,
  };
}

function upgrade(nodes: readonly NodeView[]): Past {
  const ends = [1, 14, nodes.length];
  const bad = (index: number) => index === 6;
  return {
    label: "OpenSSL security update",
    command: "apt-get -y install --only-upgrade openssl",
    target: "site=iad",
    nodes,
    minutesAgo: 4,
    took: null,
    request: { waves: { canary: 1, steps: [40], gate: "ask", pauseSeconds: 0 } },
    view: { state: "paused", gate: 2, reason: "Wave 2 of 3 is done.", wave: { current: 2, of: 3, ends } },
    tell: (node, index) =>
      index >= 14
        ? { state: "queued", text: "" }
        : bad(index)
          ? {
              state: "failed",
              exitCode: 100,
              error: "The command ended with code 100.",
              text: "Reading package lists...\nE: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 2211 (unattended-upgr)\nE: Unable to acquire the dpkg frontend lock, is another process using it?\n",
            }
          : {
              state: "succeeded",
              text: `Reading package lists...\nBuilding dependency tree...\n1 upgraded, 0 newly installed, 0 to remove and 12 not upgraded.\nUnpacking openssl (3.5.4-1+deb13u2) over (3.5.4-1)...\nSetting up openssl (3.5.4-1+deb13u2)...\n${node.arch === "aarch64" ? "Processing triggers for libc-bin (arm64)...\n" : ""}`,
            },
  };
}

function backup(nodes: readonly NodeView[]): Past {
  return {
    label: "",
    command: "restic backup /srv --tag nightly",
    target: "group:edge",
    nodes,
    minutesAgo: 2,
    took: null,
    request: { concurrency: 4, offline: "wait" },
    tell: (_, index) =>
      index < 7
        ? { state: "succeeded", text: "snapshot 9f1c2e7a saved\n" }
        : index < 11
          ? { state: "running", text: "scanning...\n" }
          : { state: "queued", text: "" },
  };
}

function inventory(nodes: readonly NodeView[]): Past {
  return {
    label: "inventory",
    command: "lsblk --json",
    target: "site=fra",
    nodes: nodes.slice(0, 24),
    minutesAgo: 1,
    took: null,
    view: { asker: { id: "token-7", name: "release pipeline", kind: "token" } },
    tell: (_, index) =>
      index === 9
        ? { state: "unknown", text: "", exitCode: null, error: "The node left before it could say how this ended." }
        : index < 17
          ? { state: "succeeded", text: '{ "blockdevices": [ { "name": "nvme0n1" } ] }\n' }
          : { state: "running", text: "" },
  };
}

function kernels(nodes: readonly NodeView[]): Past {
  return {
    label: "Which kernel runs where",
    command: "uname -sr; systemctl is-system-running",
    target: "site=fra",
    nodes,
    minutesAgo: 26,
    took: 4,
    view: { state: "failed", reason: "2 of 41 failed." },
    tell: (_, index) => {
      if (index === 12 || index === 30)
        return {
          state: "failed",
          exitCode: 127,
          error: "The command ended with code 127.",
          text: "sh: 1: systemctl: not found\n",
        };
      if (index % 11 === 4) return { state: "succeeded", text: "Linux 6.12.48\nrunning\n" };
      if (index === 20) return { state: "succeeded", text: "Linux 6.18.0\n\u001b[31mdegraded\u001b[0m\n" };
      return { state: "succeeded", text: "Linux 6.18.0\nrunning\n" };
    },
  };
}

function nightly(nodes: readonly NodeView[]): Past {
  return {
    label: "nightly update",
    command: "apt-get -y full-upgrade",
    target: "site=par and not role=db",
    nodes: nodes.filter((node) => !node.tags.includes("role:db")),
    minutesAgo: 610,
    took: 184,
    view: {
      state: "succeeded",
      asker: { id: "local", name: "local", kind: "local" },
      origin: { kind: "schedule", id: "s-1", name: "nightly update" },
    },
    tell: () => ({ state: "succeeded", text: "0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n" }),
  };
}

function dns(nodes: readonly NodeView[]): Past {
  return {
    label: "Resolver check",
    command: "getent hosts registry.internal",
    target: "site=sin",
    nodes,
    minutesAgo: 1490,
    took: 31,
    view: {
      state: "failed",
      reason: "Stopped after 3 failures.",
      origin: { kind: "runbook", id: "r-1", name: "network-check" },
    },
    tell: (_, index) =>
      index % 5 === 1
        ? { state: "timed_out", exitCode: null, error: "No end within 30 s; the node stopped it.", text: "" }
        : { state: "succeeded", text: "10.0.0.53       registry.internal\n" },
  };
}

function cancelled(nodes: readonly NodeView[]): Past {
  return {
    label: "",
    command: "stress-ng --cpu 4 --timeout 600",
    target: "site=lab",
    nodes,
    minutesAgo: 1700,
    took: 44,
    view: { state: "cancelled", reason: "Cancelled by local." },
    tell: (_, index) =>
      index < 2
        ? { state: "succeeded", text: "" }
        : { state: "cancelled", exitCode: null, text: "stress-ng: info: dispatching hogs\n" },
  };
}
