/** Jobs: how they stand, what they wrote, what can be done to them, where it is counted. */
import type { English } from "../catalogue";

export default {
  "The next one is {{count}} nodes.": {
    one: "The next one is {{count}} node.",
    other: "The next one is {{count}} nodes.",
  },
  "Show {{count}} more lines": { one: "Show {{count}} more line", other: "Show {{count}} more lines" },
  "And {{count}} more groups: nearly every target wrote something else.": {
    one: "And {{count}} more group: nearly every target wrote something else.",
    other: "And {{count}} more groups: nearly every target wrote something else.",
  },
  "and {{count}} more nodes": { one: "and {{count}} more node", other: "and {{count}} more nodes" },
  "{{count}} jobs failed today": { one: "{{count}} job failed today", other: "{{count}} jobs failed today" },
  "It is {{count}} nodes by now.": { one: "It is {{count}} node by now.", other: "It is {{count}} nodes by now." },
  "The same call as a new job, on the {{count}} nodes where it failed.": {
    one: "The same call as a new job, on the {{count}} node where it failed.",
    other: "The same call as a new job, on the {{count}} nodes where it failed.",
  },
  "Also on {{count}} nodes of which nobody knows how it ended. It may still run there, or may have succeeded: then it is done <b>twice</b>.":
    {
      one: "Also on {{count}} node of which nobody knows how it ended. It may still run there, or may have succeeded: then it is done <b>twice</b>.",
      other:
        "Also on {{count}} nodes of which nobody knows how it ended. It may still run there, or may have succeeded: then it is done <b>twice</b>.",
    },
  "Rerun on {{count}} nodes": { one: "Rerun on {{count}} node", other: "Rerun on {{count}} nodes" },
  "<done/> of {{count}} targets": { one: "<done/> of {{count}} target", other: "<done/> of {{count}} targets" },
} satisfies English;
