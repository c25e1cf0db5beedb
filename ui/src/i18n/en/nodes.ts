/** What is counted about a node. */
import type { English } from "../catalogue";

export default {
  "and {{count}} more": { one: "and {{count}} more", other: "and {{count}} more" },
  "{{count}} lines": { one: "{{count}} line", other: "{{count}} lines" },
  "{{count}} cores": { one: "{{count}} core", other: "{{count}} cores" },
  "{{count}} errors": { one: "{{count}} error", other: "{{count}} errors" },
  "{{count}} in all": { one: "{{count}} in all", other: "{{count}} in all" },
  "{{count}} earlier lines are not kept here": {
    one: "{{count}} earlier line is not kept here",
    other: "{{count}} earlier lines are not kept here",
  },
} satisfies English;
