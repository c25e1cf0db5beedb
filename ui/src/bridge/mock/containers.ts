/**
 * What simulated nodes with Docker announce more than the others; between them these schemas use every kind of field
 * that the form knows. Older spores announce less: the skills page has something to tell apart.
 */
import type { JsonValue, MethodView, NodeView } from "../types";
import { METHODS } from "./methods";
import { SYSTEM_METHODS } from "./methodsSystem";

const PORT = { type: "integer", minimum: 1, maximum: 65535 };
const MOUNT: JsonValue = {
  type: "object",
  required: ["from", "to"],
  additionalProperties: false,
  properties: {
    from: { type: "string", title: "From", format: "path" },
    to: { type: "string", title: "To", format: "path" },
    read_only: { type: "boolean", title: "Read-only", default: false },
  },
};
const HEALTH: JsonValue = {
  title: "Health check",
  oneOf: [
    {
      title: "HTTP",
      type: "object",
      required: ["kind", "url"],
      properties: { kind: { const: "http" }, url: { type: "string", title: "Address", format: "uri" } },
    },
    {
      title: "Command",
      type: "object",
      required: ["kind", "argv"],
      properties: {
        kind: { const: "command" },
        argv: { type: "array", title: "Arguments", items: { type: "string" }, minItems: 1 },
      },
    },
  ],
};
const RUN: JsonValue = {
  title: "Start a container",
  description: "Pulls the image when it is not there, and starts one container of it.",
  type: "object",
  required: ["image", "restart"],
  additionalProperties: false,
  properties: {
    image: { type: "string", title: "Image", minLength: 1, examples: ["nginx:1.29", "postgres:18"] },
    name: {
      type: "string",
      title: "Name",
      pattern: "^[a-z0-9][a-z0-9_.-]*$",
      maxLength: 63,
      description: "Letters, digits, dots and dashes; one is made up when it is empty.",
    },
    restart: { title: "Restart", enum: ["no", "on-failure", "always"], default: "on-failure" },
    ports: {
      type: "array",
      title: "Ports",
      maxItems: 8,
      items: {
        type: "object",
        required: ["host", "container"],
        properties: {
          host: { ...PORT, title: "Host" },
          container: { ...PORT, title: "Container" },
          protocol: { title: "Protocol", enum: ["tcp", "udp"], default: "tcp" },
        },
      },
    },
    env: { type: "object", title: "Environment", additionalProperties: { type: "string" } },
    mounts: { type: "array", title: "Mounts", items: { $ref: "#/$defs/Mount" } },
    memory: { type: "integer", title: "Memory", format: "bytes", minimum: 6291456 },
    cpus: { type: "number", title: "CPUs", exclusiveMinimum: 0, maximum: 64, multipleOf: 0.25 },
    stop_after: { type: ["number", "null"], title: "Stop after", format: "duration", minimum: 1, default: null },
    capabilities: {
      type: "array",
      title: "Capabilities",
      uniqueItems: true,
      items: { enum: ["CHOWN", "KILL", "NET_ADMIN", "NET_RAW", "SYS_PTRACE", "SYS_TIME"] },
    },
    dns: { type: "array", title: "DNS servers", uniqueItems: true, maxItems: 3, items: { type: "string" } },
    health: { $ref: "#/$defs/Health" },
    registry_password: { type: "string", title: "Registry password", format: "secret" },
    pull_from: { type: "string", title: "Pull from", format: "node-ref", description: "A node that has the image." },
    not_before: { type: "string", title: "Not before", format: "date-time" },
    privileged: { type: "boolean", title: "Privileged", default: false },
  },
  $defs: { Mount: MOUNT, Health: HEALTH },
};

const CONTAINERS: MethodView[] = [
  { skill: "DockerSkill", method: "run", title: "Start a container", effect: "change", schema: RUN },
  {
    skill: "DockerSkill",
    method: "list",
    title: "List containers",
    effect: "read",
    schema: {
      type: "object",
      additionalProperties: false,
      properties: {
        all: { type: "boolean", title: "Stopped ones too", default: false },
        label: { type: "object", title: "With labels", additionalProperties: { type: "string" } },
      },
    },
  },
  {
    skill: "DockerSkill",
    method: "remove",
    title: "Remove a container",
    effect: "destroy",
    schema: {
      type: "object",
      required: ["name"],
      additionalProperties: false,
      properties: {
        name: { type: "string", title: "Name", minLength: 1 },
        volumes: { type: "boolean", title: "Its volumes too", default: false },
      },
    },
  },
];

/** Before 0.9.1 a file was read as a whole, and nothing was deleted. */
const BASE = [...METHODS, ...SYSTEM_METHODS];
const OLDER: MethodView[] = BASE.filter(({ method }) => method !== "delete").map((one) =>
  one.method === "read_file"
    ? {
        ...one,
        schema: {
          type: "object",
          required: ["path"],
          additionalProperties: false,
          properties: {
            path: { type: "string", title: "Path", description: "Relative to the workspace.", minLength: 1 },
            encoding: { type: "string", title: "Encoding", enum: ["utf8", "base64"], default: "utf8" },
          },
        },
      }
    : one,
);
const OLDER_WITH = [...OLDER, ...CONTAINERS];
const WITH = [...BASE, ...CONTAINERS];

export function announced(
  node: Pick<NodeView, "hasDocker" | "sporeVersion" | "dialect">,
): Pick<NodeView, "methods" | "skills"> {
  const skills = ["ShellSkill", "FileSkill", "NetSkill", "SystemSkill", ...(node.hasDocker ? ["DockerSkill"] : [])];
  if (node.dialect === 1) return { methods: [], skills: skills.slice(0, 3) };
  const older = node.sporeVersion === "0.9.0";
  return { skills, methods: older ? (node.hasDocker ? OLDER_WITH : OLDER) : node.hasDocker ? WITH : BASE };
}

export const ALL_METHODS: readonly MethodView[] = WITH;
