/**
 * What a simulated node answers: a command becomes a list of timed lines and an end.
 * Not a shell: a dozen commands that tests and pictures need, and an honest "not found" for the rest.
 */
import type { ExecuteRequest, JsonValue, OutputView } from "../types";

export type Step = { afterMs: number; stream: OutputView["stream"]; text: string };
export type Script = {
  steps: Iterable<Step>;
  /** How it ends after the last step; "lost" takes the node's session with it, "hang" never ends by itself. */
  end: { state: "succeeded" | "failed"; exitCode: number | null; error: string | null } | "lost" | "hang";
  result: string | null;
};

const OK = { state: "succeeded", exitCode: 0, error: null } as const;

export function scriptFor(request: ExecuteRequest, name: string): Script {
  const p = (request.parameters ?? {}) as { [key: string]: JsonValue };
  switch (`${request.skill}.${request.method}`) {
    case "ShellSkill.run":
      return shell(String(p.command ?? ""), name);
    case "FileSkill.read_file":
      return {
        steps: lines(["# kept by the simulated node", `host = ${name}`, "interval = 30"], 60),
        end: OK,
        result: null,
      };
    case "FileSkill.list_files":
      return { steps: lines(["bin", "etc", "home", "var"], 40), end: OK, result: '["bin","etc","home","var"]' };
    case "NetSkill.probe":
      return {
        steps: lines(
          Array.from({ length: 4 }, (_, i) => `${String(p.target)} answered in ${3 + i} ms`),
          500,
        ),
        end: OK,
        result: null,
      };
    default:
      return { steps: lines(["done"], 120), end: OK, result: "null" };
  }
}

function shell(command: string, name: string): Script {
  const [word = "", ...rest] = command.trim().split(/\s+/);
  const argument = rest.join(" ");
  const done = (steps: Iterable<Step>): Script => ({ steps, end: OK, result: null });
  switch (word) {
    case "echo":
      return done([{ afterMs: 90, stream: "stdout", text: `${argument.replace(/^(["'])(.*)\1$/, "$2")}\n` }]);
    case "sleep":
      return done([{ afterMs: Math.min(600, Number(argument) || 1) * 1000, stream: "stdout", text: "" }]);
    case "hostname":
      return done(lines([name], 60));
    case "uname":
      return done(lines([`Linux ${name} 6.18.0-amd64 #1 SMP x86_64 GNU/Linux`], 60));
    case "uptime":
      return done(lines([" 18:21:07 up 34 days,  2:11,  1 user,  load average: 0.42, 0.38, 0.35"], 60));
    case "watch":
    case "ping":
      return {
        steps: forever(
          (i) =>
            `64 bytes from ${argument || "10.0.0.1"}: icmp_seq=${i + 1} ttl=63 time=${(2 + (i % 7) * 0.31).toFixed(2)} ms`,
          400,
        ),
        end: "hang",
        result: null,
      };
    case "flood":
      return done(flood(Number(argument) || 20_000));
    case "grep":
      return done(grep());
    case "color":
      return done(lines(["\u001b[31mred\u001b[0m and \u001b]0;title\u0007plain", "safe \u202eesrever\u202c end"], 60));
    case "exit":
      return {
        steps: [],
        end: {
          state: "failed",
          exitCode: Number(argument) || 1,
          error: `The command ended with code ${Number(argument) || 1}.`,
        },
        result: null,
      };
    case "lose":
      return { steps: lines(["about to lose the link"], 150), end: "lost", result: null };
    default:
      return {
        steps: [{ afterMs: 80, stream: "stderr", text: `sh: 1: ${word}: not found\n` }],
        end: { state: "failed", exitCode: 127, error: "The command ended with code 127." },
        result: null,
      };
  }
}

function lines(texts: readonly string[], gapMs: number): Step[] {
  return texts.map((text) => ({ afterMs: gapMs, stream: "stdout", text: `${text}\n` }));
}

function* forever(text: (i: number) => string, gapMs: number): Generator<Step> {
  for (let i = 0; ; i++) yield { afterMs: gapMs, stream: "stdout", text: `${text(i)}\n` };
}

function* flood(total: number): Generator<Step> {
  for (let i = 0; i < total; i += 500) {
    const block = Array.from({ length: Math.min(500, total - i) }, (_, k) => `line ${i + k + 1} of ${total}`);
    yield { afterMs: 16, stream: "stdout", text: `${block.join("\n")}\n` };
  }
}

function* grep(): Generator<Step> {
  const found = [
    "postgresql-16-main.log",
    "  4112 deadlock detected, process 28114",
    "  4113 waits for ShareLock on 88213",
    "  5870 statement timeout: UPDATE stock",
    "postgresql-16-main.log.1",
    "  0217 statement timeout: SELECT … FOR UPDATE",
    "  1189 canceling, lock timeout 5000 ms",
    "  1190 canceling, lock timeout 5000 ms",
    "pgbouncer.log",
    "  9921 client_login_timeout 10.12.9.4",
  ];
  for (const [i, text] of found.entries())
    yield { afterMs: i % 4 === 0 ? 310 : 120, stream: "stdout", text: `${text}\n` };
  for (let i = 2; ; i++) yield { afterMs: 900, stream: "note", text: `scanning postgresql-16-main.log.${i}.gz\n` };
}
