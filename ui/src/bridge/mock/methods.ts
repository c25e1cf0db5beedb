/**
 * The skills simulated nodes announce: shell and files with the schemas of a real spore, and two more that between
 * them use every field kind that the form knows.
 */
import type { MethodView } from "../types";

export const METHODS: MethodView[] = [
  {
    skill: "ShellSkill",
    method: "run",
    title: "Run a command",
    effect: "destroy",
    schema: {
      title: "Run a command",
      description:
        "Starts one command in the workspace and reports its output and exit code. Give either a command line or a list of arguments.",
      type: "object",
      properties: {
        command: {
          type: "string",
          title: "Command",
          description:
            "A command line for the shell of the machine (/bin/sh, or cmd on Windows). In allow-list mode a single simple command without shell characters.",
          minLength: 1,
          examples: ["uname -a"],
        },
        argv: {
          type: "array",
          title: "Arguments",
          description: "Program and arguments, started directly without a shell.",
          items: { type: "string" },
          minItems: 1,
          examples: [["df", "-h"]],
        },
        cwd: {
          type: "string",
          title: "Directory",
          description: "Where it starts: a directory inside the workspace, relative to it.",
          default: ".",
        },
        env: {
          type: "object",
          title: "Environment",
          description: "Additional variables. Refused in allow-list mode.",
          additionalProperties: { type: "string" },
          default: {},
        },
        stdin: {
          type: "string",
          title: "Input",
          description: "Text for its standard input, which is empty otherwise.",
        },
        timeout: {
          type: "number",
          title: "Time limit (s)",
          description:
            "It is stopped after so many seconds, with everything that it started. The limit of the call applies too.",
          exclusiveMinimum: 0,
        },
        max_output_bytes: {
          type: "integer",
          title: "Output limit (bytes)",
          description: "Output beyond this is dropped. Without streaming: 1 MiB unless given, at most 6 MiB.",
          minimum: 0,
        },
      },
      oneOf: [{ required: ["command"] }, { required: ["argv"] }],
      additionalProperties: false,
    },
  },
  {
    skill: "FileSkill",
    method: "read_file",
    title: "Read a file",
    effect: "read",
    schema: {
      title: "Read a file",
      description: "The content of a file of the workspace.",
      type: "object",
      properties: {
        path: {
          type: "string",
          title: "Path",
          description: "Relative to the workspace.",
          minLength: 1,
          examples: ["notes/today.txt"],
        },
        encoding: {
          type: "string",
          title: "Encoding",
          description: "How the content is told: as text, or as base64 for what is not text.",
          enum: ["utf8", "base64"],
          default: "utf8",
        },
        max_bytes: {
          type: "integer",
          title: "Most bytes",
          description: "Reading stops there, and the answer says that it is not all.",
          minimum: 0,
          maximum: 6291456,
          default: 1048576,
        },
        offset: { type: "integer", title: "From byte", description: "Where to begin.", minimum: 0, default: 0 },
      },
      required: ["path"],
      additionalProperties: false,
    },
  },
  {
    skill: "FileSkill",
    method: "write_file",
    title: "Write a file",
    effect: "destroy",
    schema: {
      title: "Write a file",
      description: "Replaces a file of the workspace as a whole, or makes it, with the directories above it.",
      type: "object",
      properties: {
        path: {
          type: "string",
          title: "Path",
          description: "Relative to the workspace.",
          minLength: 1,
          examples: ["notes/today.txt"],
        },
        content: { type: "string", title: "Content", description: "All of it." },
        encoding: {
          type: "string",
          title: "Encoding",
          description: "How the content is given: as text, or as base64 for what is not text.",
          enum: ["utf8", "base64"],
          default: "utf8",
        },
      },
      required: ["path", "content"],
      additionalProperties: false,
    },
  },
  {
    skill: "FileSkill",
    method: "list_files",
    title: "List a directory",
    effect: "read",
    schema: {
      title: "List a directory",
      description: "The entries of a directory of the workspace, one on a line, sorted by name, at most 10,000.",
      type: "object",
      properties: { path: { type: "string", title: "Path", description: "Relative to the workspace.", default: "." } },
      additionalProperties: false,
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
