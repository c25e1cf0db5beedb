/** Forms, selections, runbooks and skills, where it is counted. */
import type { English } from "../catalogue";

export default {
  "{{count}} fields need a look": { one: "{{count}} field needs a look", other: "{{count}} fields need a look" },
  "{{count}} nodes selected": { one: "{{count}} node selected", other: "{{count}} nodes selected" },
  "{{count}} more sites": { one: "{{count}} more site", other: "{{count}} more sites" },
  "{{count}} offline": { one: "{{count}} offline", other: "{{count}} offline" },
  "{{count}} steps": { one: "{{count}} step", other: "{{count}} steps" },
  "On {{count}} nodes": { one: "On {{count}} node", other: "On {{count}} nodes" },
  "of {{count}}": { one: "of {{count}}", other: "of {{count}}" },
  "{{count}} nodes cannot take this.": {
    one: "{{count}} node cannot take this.",
    other: "{{count}} nodes cannot take this.",
  },
  "{{count}} methods": { one: "{{count}} method", other: "{{count}} methods" },
  "{{count}} versions": { one: "{{count}} version", other: "{{count}} versions" },
} satisfies English;
