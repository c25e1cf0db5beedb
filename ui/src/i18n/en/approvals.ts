/** Second yeses and the rules that want them, where it is counted. */
import type { English } from "../catalogue";

export default {
  "Approve {{name}} on {{count}} nodes": {
    one: "Approve {{name}} on {{count}} node",
    other: "Approve {{name}} on {{count}} nodes",
  },
  "Take it back: {{name}} on {{count}} nodes": {
    one: "Take it back: {{name}} on {{count}} node",
    other: "Take it back: {{name}} on {{count}} nodes",
  },
  "Deny {{name}} on {{count}} nodes": {
    one: "Deny {{name}} on {{count}} node",
    other: "Deny {{name}} on {{count}} nodes",
  },
  "{{count}} more approvals": { one: "{{count}} more approval", other: "{{count}} more approvals" },
  "<who/> on {{count}} nodes": { one: "<who/> on {{count}} node", other: "<who/> on {{count}} nodes" },
  "on {{count}} nodes": { one: "on {{count}} node", other: "on {{count}} nodes" },
  "<calls/> on {{count}} nodes or more": {
    one: "<calls/> on {{count}} node or more",
    other: "<calls/> on {{count}} nodes or more",
  },
  "<calls/> on {{count}} nodes or more of <nodes/>": {
    one: "<calls/> on {{count}} node or more of <nodes/>",
    other: "<calls/> on {{count}} nodes or more of <nodes/>",
  },
} satisfies English;
