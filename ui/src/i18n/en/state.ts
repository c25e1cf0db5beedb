/** What is told outside of any page: refusals, toasts, spoken news, limits of a job, where it is counted. */
import type { English } from "../catalogue";

export default {
  "{{count}} nodes connected": { one: "{{count}} node connected", other: "{{count}} nodes connected" },
  "{{count}} nodes disconnected": { one: "{{count}} node disconnected", other: "{{count}} nodes disconnected" },
  "{{first}}, and {{count}} more changes": {
    one: "{{first}}, and {{count}} more change",
    other: "{{first}}, and {{count}} more changes",
  },
  "{{count}} pieces of output missing": {
    one: "{{count}} piece of output missing",
    other: "{{count}} pieces of output missing",
  },
  "{{count}} earlier lines not kept": {
    one: "{{count}} earlier line not kept",
    other: "{{count}} earlier lines not kept",
  },
  "stops after {{count}} failures": { one: "stops after {{count}} failure", other: "stops after {{count}} failures" },
} satisfies English;
