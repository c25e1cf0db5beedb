/** `SystemSkill` as a real spore announces it. Not here: what it answers (looks.ts). */
import type { MethodView } from "../types";

const read = (method: string, title: string, properties: object): MethodView => ({
  skill: "SystemSkill",
  method,
  title,
  effect: "read",
  schema: JSON.parse(JSON.stringify({ title, type: "object", properties, additionalProperties: false })),
});

export const SYSTEM_METHODS: MethodView[] = [
  read("overview", "Look at the machine", {}),
  read("processes", "List the busiest processes", {
    by: { type: "string", title: "Sorted by", enum: ["cpu", "memory"], default: "cpu" },
    limit: { type: "integer", title: "How many", minimum: 1, maximum: 200, default: 20 },
    search: { type: "string", title: "Search", maxLength: 100 },
  }),
  read("services", "List services", {
    state: { type: "string", title: "Which", enum: ["all", "running", "failed"], default: "all" },
  }),
  read("logs", "Read the log", {
    unit: { type: "string", title: "Unit", maxLength: 200, examples: ["nginx.service"] },
    path: { type: "string", title: "File", maxLength: 1000, examples: ["/var/log/nginx/error.log"] },
    lines: { type: "integer", title: "Most lines", minimum: 1, maximum: 2000, default: 200 },
    priority: {
      type: "string",
      title: "At least",
      enum: ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"],
    },
    since: { type: "string", title: "Since", maxLength: 60, examples: ["1 hour ago"] },
    search: { type: "string", title: "Search", maxLength: 200 },
    after: { type: "string", title: "After", maxLength: 400 },
  }),
];
