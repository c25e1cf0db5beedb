/**
 * The skills simulated nodes announce, with schemas of the kind a real spore sends; between them they use every
 * field kind that the form knows.
 */
import type { MethodView } from "../types";

export const METHODS: MethodView[] = [
  {
    skill: "ShellSkill",
    method: "run",
    title: "Run a command",
    effect: "change",
    schema: {
      type: "object",
      required: ["command"],
      additionalProperties: false,
      properties: {
        command: {
          type: "string",
          title: "Command",
          minLength: 1,
          maxLength: 65536,
        },
        cwd: { type: "string", title: "Directory", format: "path" },
      },
    },
  },
  {
    skill: "FileSkill",
    method: "read_file",
    title: "Read a file",
    effect: "read",
    schema: {
      type: "object",
      required: ["path"],
      additionalProperties: false,
      properties: {
        path: { type: "string", title: "Path", format: "path", minLength: 1 },
        max_bytes: {
          type: "integer",
          title: "At most",
          format: "bytes",
          minimum: 1,
          maximum: 10485760,
          default: 65536,
        },
      },
    },
  },
  {
    skill: "FileSkill",
    method: "write_file",
    title: "Write a file",
    effect: "change",
    schema: {
      type: "object",
      required: ["path", "content"],
      additionalProperties: false,
      properties: {
        path: { type: "string", title: "Path", format: "path", minLength: 1 },
        mode: { title: "If it exists", enum: ["replace", "append", "fail"], default: "replace" },
        content: { type: "string", title: "Content", format: "multiline" },
      },
    },
  },
  {
    skill: "FileSkill",
    method: "list_files",
    title: "List a directory",
    effect: "read",
    schema: {
      type: "object",
      additionalProperties: false,
      properties: {
        path: { type: "string", title: "Path", format: "path", default: "." },
        hidden: { type: "boolean", title: "Hidden files too", default: false },
      },
    },
  },
  {
    skill: "FileSkill",
    method: "delete",
    title: "Delete files",
    effect: "destroy",
    schema: {
      type: "object",
      required: ["paths"],
      additionalProperties: false,
      properties: {
        paths: {
          type: "array",
          title: "Paths",
          items: { type: "string", format: "path", minLength: 1 },
          minItems: 1,
          description: "One path in each line.",
        },
      },
    },
  },
  {
    skill: "NetSkill",
    method: "probe",
    title: "Reach another host",
    effect: "read",
    schema: {
      type: "object",
      required: ["target", "how"],
      additionalProperties: false,
      properties: {
        target: { type: "string", title: "Host", minLength: 1 },
        how: {
          title: "How",
          default: { kind: "ping", count: 4 },
          oneOf: [
            {
              title: "Ping",
              type: "object",
              required: ["kind", "count"],
              properties: {
                kind: { const: "ping" },
                count: { type: "integer", title: "Times", minimum: 1, maximum: 100, default: 4 },
              },
            },
            {
              title: "TCP port",
              type: "object",
              required: ["kind", "port"],
              properties: {
                kind: { const: "tcp" },
                port: { type: "integer", title: "Port", minimum: 1, maximum: 65535, default: 443 },
              },
            },
          ],
        },
        pause: { type: "number", title: "Pause", format: "duration", minimum: 0, default: 0.5 },
      },
    },
  },
];
