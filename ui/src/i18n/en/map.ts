/** What is counted on the map. */
import type { English } from "../catalogue";

export default {
  "{{count}} critical": { one: "{{count}} critical", other: "{{count}} critical" },
  "{{count}} degraded": { one: "{{count}} degraded", other: "{{count}} degraded" },
  "{{count}} offline": { one: "{{count}} offline", other: "{{count}} offline" },
  "{{count}} groups": { one: "{{count}} group", other: "{{count}} groups" },
  "{{count}} values": { one: "{{count}} value", other: "{{count}} values" },
  "{{count}} nodes move": { one: "{{count}} node moves", other: "{{count}} nodes move" },
} satisfies English;
