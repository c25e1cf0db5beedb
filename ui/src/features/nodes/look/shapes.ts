/**
 * What `SystemSkill` of a spore answers: how the machine is, its busiest processes, its services.
 * Not here: log lines (log.ts), asking.
 */
import type { JsonValue } from "../../../bridge/types";
import { isFields, list, number, size, text } from "./read";

export type Disk = { mount: string; device: string; kind: string; total: number; used: number; readOnly: boolean };
export type Interface = { name: string; addresses: string[]; receiving: number; sending: number; errors: number };
export type Temperature = { name: string; celsius: number; critical: number | null };
export type Gpu = {
  name: string;
  usage: number | null;
  memoryUsed: number | null;
  memoryTotal: number | null;
  celsius: number | null;
};
export type Machine = {
  kernel: string;
  uptime: number | null;
  load: number[];
  cores: number[];
  swapTotal: number;
  swapUsed: number;
  disks: Disk[];
  network: Interface[];
  temperatures: Temperature[];
  gpus: Gpu[];
};

export type Process = {
  pid: number;
  parent: number | null;
  name: string;
  user: string;
  /** Percent of one core. */
  cpu: number;
  memory: number;
  state: string;
  started: string;
  command: string;
};
export type Processes = { list: Process[]; total: number };

export type Service = { name: string; active: string; sub: string; description: string };
export type Services = { list: Service[]; total: number; failed: number };

export function readMachine(raw: JsonValue): Machine | null {
  if (!isFields(raw) || !isFields(raw.memory)) return null;
  const numbers = (value: JsonValue | undefined) =>
    Array.isArray(value) ? value.slice(0, 1024).map((one) => number(one) ?? 0) : [];
  return {
    kernel: text(raw.kernel, 100),
    uptime: number(raw.uptime),
    load: numbers(raw.load),
    cores: numbers(raw.cores),
    swapTotal: size(raw.memory.swap_total),
    swapUsed: size(raw.memory.swap_used),
    disks: list(raw.disks, (one) => ({
      mount: text(one.mount, 200),
      device: text(one.device, 200),
      kind: text(one.kind, 40),
      total: size(one.total),
      used: size(one.used),
      readOnly: one.read_only === true,
    })).filter((disk) => disk.total > 0),
    network: list(raw.network, (one) => ({
      name: text(one.name, 60),
      addresses: Array.isArray(one.addresses) ? one.addresses.slice(0, 8).map((address) => text(address, 60)) : [],
      receiving: size(one.receiving),
      sending: size(one.sending),
      errors: size(one.errors),
    })),
    temperatures: list(raw.temperatures, (one) => {
      const celsius = number(one.celsius);
      return celsius === null ? null : { name: text(one.name, 60), celsius, critical: number(one.critical) };
    }),
    gpus: list(raw.gpus, (one) => ({
      name: text(one.name, 100),
      usage: number(one.usage),
      memoryUsed: number(one.memory_used),
      memoryTotal: number(one.memory_total),
      celsius: number(one.celsius),
    })),
  };
}

export function readProcesses(raw: JsonValue): Processes | null {
  if (!isFields(raw) || !Array.isArray(raw.processes)) return null;
  const processes = list(raw.processes, (one) => {
    const pid = number(one.pid);
    if (pid === null || !Number.isInteger(pid) || pid < 0) return null;
    return {
      pid,
      parent: number(one.parent),
      name: text(one.name, 64),
      user: text(one.user, 64),
      cpu: size(one.cpu),
      memory: size(one.memory),
      state: text(one.state, 40),
      started: text(one.started, 40),
      command: text(one.command, 500),
    };
  });
  return { list: processes, total: size(raw.total) };
}

export function readServices(raw: JsonValue): Services | null {
  if (!isFields(raw) || !Array.isArray(raw.services)) return null;
  const services = list(raw.services, (one) => ({
    name: text(one.name, 200),
    active: text(one.active, 20),
    sub: text(one.sub, 20),
    description: text(one.description, 200),
  }));
  return { list: services, total: size(raw.total), failed: size(raw.failed) };
}
