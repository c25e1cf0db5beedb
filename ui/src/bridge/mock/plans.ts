/**
 * Schedules and runbooks as the simulated host has them. Words for times are understood as far as the examples go;
 * a runbook is read just enough to refuse what is none.
 */
import type {
  FeedEvent,
  JobRequest,
  JsonValue,
  RunbookCall,
  RunbookVersionView,
  RunbookView,
  RunView,
  SchedulePlan,
  ScheduleView,
  WhenView,
} from "../types";
import { refusal } from "./executions";

const DAY_MS = 86_400_000;
const WORDS: readonly [RegExp, (found: RegExpMatchArray) => string][] = [
  [/^every (\d+) minutes?$/, ([, n]) => `*/${n} * * * *`],
  [/^(?:every day|daily) at (\d+)(?::(\d+))?\s*(am|pm)?$/, (found) => `${clock(found)} * * *`],
  [/^every weekday at (\d+)(?::(\d+))?\s*(am|pm)?$/, (found) => `${clock(found)} * * 1-5`],
  [/^every hour$|^hourly$/, () => "0 * * * *"],
];
const EXAMPLE = `name = "network-check"
title = "Is the network of a site healthy?"
target = "site=sin"

[[parameters]]
name = "name"
title = "Name to look up"
type = "string"
required = true

[[steps]]
name = "resolve"

[steps.job]
skill_name = "ShellSkill"
method_name = "run"
parameters = { argv = ["getent", "hosts", "{{name}}"] }

[[steps]]
name = "reach"

[steps.job]
skill_name = "NetSkill"
method_name = "probe"
parameters = { target = "{{name}}", how = { kind = "ping", count = 4 } }
`;

export class SimulatedPlans {
  schedules: ScheduleView[] = [];
  runbooks: RunbookView[] = [];
  runs: RunView[] = [];
  #texts = new Map<string, (RunbookVersionView & { text: string })[]>();
  #emit: (event: FeedEvent) => void;
  #submit: (request: JobRequest) => string;

  constructor(emit: (event: FeedEvent) => void, submit: (request: JobRequest) => string) {
    this.#emit = emit;
    this.#submit = submit;
  }

  remember(request: JobRequest): void {
    const at = new Date(Date.now() - 610 * 60_000).toISOString();
    const nightly = this.put(null, {
      name: "nightly update",
      when: "every day at 2:30",
      timeZone: "UTC",
      overlap: "skip",
      missed: "once",
      job: request,
      runbook: null,
      confirmDestructive: true,
    });
    nightly.last = { at, jobId: null, runId: null, outcome: "started", why: null };
    const check = this.put(null, {
      name: "network of Singapore",
      when: "every 15 minutes",
      timeZone: "UTC",
      overlap: "queue",
      missed: "skip",
      job: null,
      runbook: { name: "network-check", version: null, parameters: { name: "registry.internal" }, target: null },
      confirmDestructive: true,
    });
    check.last = { at, jobId: null, runId: null, outcome: "skipped", why: "The last one still ran." };
    check.paused = true;
    this.putRunbook(
      "network-check",
      EXAMPLE.replace('target = "site=sin"', 'target = "site=lab"').replace("count = 4", "count = 1"),
    );
    const first = this.#texts.get("network-check")?.[0];
    if (first) Object.assign(first, { changedAt: new Date(Date.now() - 9 * DAY_MS).toISOString(), changedBy: "anna" });
    this.putRunbook("network-check", EXAMPLE);
  }

  put(id: string | null, plan: SchedulePlan): ScheduleView {
    if (plan.name.trim() === "") throw refusal("invalid", "Give it a name.");
    if (!plan.confirmDestructive && plan.job?.skill === "ShellSkill")
      throw refusal("confirm", "ShellSkill.run may destroy something, and nobody is asked when it is due.");
    const { cron, next } = this.preview(plan.when, plan.timeZone);
    const known = this.schedules.find((one) => one.id === id);
    const schedule: ScheduleView = {
      paused: false,
      last: null,
      owner: { id: "local", name: "local" },
      ...known,
      ...plan,
      id: id ?? crypto.randomUUID(),
      cron,
      next,
    };
    this.schedules = [...this.schedules.filter((one) => one.id !== schedule.id), schedule];
    this.#emit({ kind: "schedule", id: schedule.id, schedule });
    return schedule;
  }

  removeSchedule(id: string): void {
    this.#schedule(id);
    this.schedules = this.schedules.filter((one) => one.id !== id);
    this.#emit({ kind: "schedule", id, schedule: null });
  }

  pause(id: string, paused: boolean): void {
    const schedule = this.#schedule(id);
    schedule.paused = paused;
    this.#emit({ kind: "schedule", id, schedule });
  }

  runNow(id: string): void {
    const schedule = this.#schedule(id);
    const jobId = schedule.job
      ? this.#submit({ ...schedule.job, id: crypto.randomUUID(), label: schedule.name })
      : null;
    if (schedule.runbook) this.run(schedule.runbook);
    schedule.last = { at: new Date().toISOString(), jobId, runId: null, outcome: "started", why: null };
    this.#emit({ kind: "schedule", id, schedule });
  }

  preview(when: string, timeZone: string): WhenView {
    try {
      new Intl.DateTimeFormat("en", { timeZone });
    } catch {
      throw refusal("time_zone", `There is no time zone “${timeZone}”. Write one like Europe/Warsaw.`);
    }
    const text = when.trim().toLowerCase();
    const cron = /^(\S+\s+){4}\S+$/.test(text)
      ? text
      : WORDS.map(([pattern, make]) => {
          const found = text.match(pattern);
          return found ? make(found) : null;
        }).find((made) => made !== null);
    if (cron === undefined || cron === null)
      throw refusal("when", `“${when}” is no time. Try “every weekday at 9am”, “every 15 minutes” or “0 9 * * 1-5”.`);
    return { cron, inWords: /[a-z]/.test(text) ? text : `at ${cron}`, next: upcoming(cron) };
  }

  text(name: string, version: number | null = null): string {
    const kept = this.#texts.get(name);
    const text = version === null ? kept?.at(-1) : kept?.find((one) => one.version === version);
    if (text === undefined) throw refusal("unknown_runbook", `There is no runbook “${name}”.`);
    return text.text;
  }

  versions(name: string): RunbookVersionView[] {
    this.text(name);
    const kept = this.#texts.get(name) ?? [];
    return kept.map(({ version, changedAt, changedBy }) => ({ version, changedAt, changedBy })).reverse();
  }

  putRunbook(name: string, text: string): RunbookView {
    const found = text.match(/^name\s*=\s*"([^"]*)"/m)?.[1];
    const line = text.split("\n").findIndex((one) => one.trim() !== "" && !/^\s*(#|\[|[\w.-]+\s*=|[}\]"])/.test(one));
    if (line >= 0) throw refusal("runbook", `line ${line + 1}: expected a key and a value, like title = "…"`);
    if (found === undefined) throw refusal("runbook", "name is missing");
    if (found !== name) throw refusal("runbook", `the name in it is "${found}", not "${name}"`);
    const steps = [...text.matchAll(/\[\[steps\]\]\s*\nname\s*=\s*"([^"]*)"/g)].map((one) => one[1] as string);
    if (steps.length === 0) throw refusal("runbook", "there is no [[steps]] with a name");
    const names = [...text.matchAll(/\[\[parameters\]\]\s*\nname\s*=\s*"([^"]*)"/g)].map((one) => one[1] as string);
    const properties = Object.fromEntries(names.map((key) => [key, { type: "string", title: key }]));
    const runbook: RunbookView = {
      name,
      title: text.match(/^title\s*=\s*"([^"]*)"/m)?.[1] ?? "",
      version: (this.runbooks.find((one) => one.name === name)?.version ?? 0) + 1,
      parameters: { type: "object", properties, required: names },
      steps,
      target: text.match(/^target\s*=\s*"([^"]*)"/m)?.[1] ?? "",
      changedAt: new Date().toISOString(),
      changedBy: "local",
    };
    this.runbooks = [...this.runbooks.filter((one) => one.name !== name), runbook];
    const { version, changedAt, changedBy } = runbook;
    this.#texts.set(name, [...(this.#texts.get(name) ?? []), { version, changedAt, changedBy, text }]);
    return runbook;
  }

  removeRunbook(name: string): void {
    this.text(name);
    this.runbooks = this.runbooks.filter((one) => one.name !== name);
    this.#texts.delete(name);
  }

  run({ name, parameters }: RunbookCall): RunView {
    const runbook = this.runbooks.find((one) => one.name === name);
    if (!runbook) throw refusal("unknown_runbook", `There is no runbook “${name}”.`);
    const wanted = (runbook.parameters as { required: string[] }).required;
    const missing = wanted.find((key) => !(parameters as { [key: string]: JsonValue })?.[key]);
    if (missing !== undefined) throw refusal("parameters", `The parameter ${missing} is missing.`);
    const run: RunView = {
      id: crypto.randomUUID(),
      runbook: name,
      version: runbook.version,
      state: "running",
      reason: null,
      asker: "local",
      steps: runbook.steps.map((step, i) => ({ name: step, state: i === 0 ? "running" : "pending", jobId: null })),
      startedAt: new Date().toISOString(),
      finishedAt: null,
    };
    this.runs = [run, ...this.runs];
    this.#emit({ kind: "run", run });
    return run;
  }

  cancelRun(id: string): void {
    const run = this.runs.find((one) => one.id === id);
    if (!run) throw refusal("unknown_run", "There is no such run.");
    Object.assign(run, { state: "cancelled", finishedAt: new Date().toISOString() });
    for (const step of run.steps) if (step.state === "running" || step.state === "pending") step.state = "skipped";
    this.#emit({ kind: "run", run });
  }

  #schedule(id: string): ScheduleView {
    const schedule = this.schedules.find((one) => one.id === id);
    if (!schedule) throw refusal("unknown_schedule", "There is no such schedule.");
    return schedule;
  }
}

function clock([, hour = "0", minute = "0", half]: RegExpMatchArray): string {
  return `${Number(minute)} ${(Number(hour) % 12) + (half === "pm" || (half === undefined && Number(hour) >= 12) ? 12 : 0)}`;
}

/** Good enough for pictures: whole days, or every so many minutes. */
function upcoming(cron: string): string[] {
  const [minute = "0", hour = "*", , , days = "*"] = cron.split(/\s+/);
  const every = Number(minute.replace("*/", ""));
  const times: string[] = [];
  const at = new Date();
  at.setSeconds(0, 0);
  if (hour === "*") {
    const step = minute.startsWith("*/") ? Math.max(1, every) : 60;
    for (let i = 1; i <= 5; i++)
      times.push(new Date((Math.floor(+at / (step * 60_000)) + i) * step * 60_000).toISOString());
    return times;
  }
  at.setHours(Number(hour), Number(minute));
  for (let i = 0; times.length < 5 && i < 60; i++) {
    const day = new Date(+at + i * DAY_MS);
    if (+day > Date.now() && (days === "*" || (day.getDay() > 0 && day.getDay() < 6))) times.push(day.toISOString());
  }
  return times;
}
