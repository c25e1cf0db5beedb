/** Alerts and what needs attention, where it is counted. */
import type { English } from "../catalogue";

export default {
  "It looks at {{count}} nodes.": { one: "It looks at {{count}} node.", other: "It looks at {{count}} nodes." },
  "Select these {{count}} nodes": { one: "Select this node", other: "Select these {{count}} nodes" },
  "Would fire now for {{count}} nodes.": {
    one: "Would fire now for {{count}} node.",
    other: "Would fire now for {{count}} nodes.",
  },
  "and {{count}} more causes": { one: "and {{count}} more cause", other: "and {{count}} more causes" },
  "and {{count}} more things": { one: "and {{count}} more thing", other: "and {{count}} more things" },
  "{{count}} causes": { one: "{{count}} cause", other: "{{count}} causes" },
  "{{count}} nodes went offline": { one: "{{count}} node went offline", other: "{{count}} nodes went offline" },
  "{{count}} sites": { one: "{{count}} site", other: "{{count}} sites" },
  "{{count}} times": { one: "once", other: "{{count}} times" },
  "{{site}}: {{count}} of {{of}} nodes offline": {
    one: "{{site}}: {{count}} of {{of}} nodes offline",
    other: "{{site}}: {{count}} of {{of}} nodes offline",
  },
} satisfies English;
