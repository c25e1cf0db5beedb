/** What the palette counts. Not here: what several features count. */
import type { English } from "../catalogue";

export default {
  "Select {{count}} nodes:": { one: "Select {{count}} node:", other: "Select {{count}} nodes:" },
  "Run a skill on {{count}} nodes, {{offline}} offline:": {
    one: "Run a skill on {{count}} node, {{offline}} offline:",
    other: "Run a skill on {{count}} nodes, {{offline}} offline:",
  },
  "Run a skill on {{count}} nodes:": {
    one: "Run a skill on {{count}} node:",
    other: "Run a skill on {{count}} nodes:",
  },
  "Run a skill on {{count}} nodes matching": {
    one: "Run a skill on {{count}} node matching",
    other: "Run a skill on {{count}} nodes matching",
  },
  "Run on {{count}} selected": { one: "Run on {{count}} selected", other: "Run on {{count}} selected" },
  "{{count}} steps": { one: "{{count}} step", other: "{{count}} steps" },
} satisfies English;
