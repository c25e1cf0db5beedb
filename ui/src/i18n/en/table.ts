/** What the nodes' table counts. Not here: what several features count. */
import type { English } from "../catalogue";

export default {
  "{{shown}} of {{count}} nodes": { one: "{{shown}} of {{count}} node", other: "{{shown}} of {{count}} nodes" },
  "{{count}} selected": { one: "{{count}} selected", other: "{{count}} selected" },
  "Select all {{count}}": { one: "Select {{count}}", other: "Select all {{count}}" },
  "{{count}} nodes written to {{name}}": {
    one: "{{count}} node written to {{name}}",
    other: "{{count}} nodes written to {{name}}",
  },
} satisfies English;
