/** The audit log: what was done, and whether the log is whole, where it is counted. */
import type { English } from "../catalogue";

export default {
  "{{count}} seconds": { one: "{{count}} second", other: "{{count}} seconds" },
  "{{count}} targets, frozen when it was asked": {
    one: "{{count}} target, frozen when it was asked",
    other: "{{count}} targets, frozen when it was asked",
  },
  "The log is broken in {{count}} places": {
    one: "The log is broken in {{count}} place",
    other: "The log is broken in {{count}} places",
  },
  "{{count}} entries": { one: "{{count}} entry", other: "{{count}} entries" },
  "{{count}} signatures": { one: "{{count}} signature", other: "{{count}} signatures" },
} satisfies English;
