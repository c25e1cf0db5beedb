/** What is counted in several places. Not here: what one feature alone counts. */
import type { English } from "../catalogue";

export default {
  "{{count}} nodes": { one: "{{count}} node", other: "{{count}} nodes" },
  "{{count}} targets": { one: "{{count}} target", other: "{{count}} targets" },
  "{{count}} jobs": { one: "{{count}} job", other: "{{count}} jobs" },
  "{{count}} executions": { one: "{{count}} execution", other: "{{count}} executions" },
} satisfies English;
