/** Letting machines in, where it is counted. */
import type { English } from "../catalogue";

export default {
  "{{count}} minutes": { one: "{{count}} minute", other: "{{count}} minutes" },
  "{{count}} hours": { one: "{{count}} hour", other: "{{count}} hours" },
  "{{count}} machines": { one: "{{count}} machine", other: "{{count}} machines" },
  "{{count}} uses left": { one: "{{count}} use left", other: "{{count}} uses left" },
  "{{used}} of {{count}} uses": { one: "{{used}} of {{count}} use", other: "{{used}} of {{count}} uses" },
  "{{count}} machines wait for you": {
    one: "{{count}} machine waits for you",
    other: "{{count}} machines wait for you",
  },
  "For {{count}} more machines": { one: "For {{count}} more machine", other: "For {{count}} more machines" },
  "{{count}} cores": { one: "{{count}} core", other: "{{count}} cores" },
  "{{count}} more machines in the waiting room": {
    one: "{{count}} more machine in the waiting room",
    other: "{{count}} more machines in the waiting room",
  },
} satisfies English;
