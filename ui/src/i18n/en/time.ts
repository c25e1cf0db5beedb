/** What is counted when looking back. */
import type { English } from "../catalogue";

export default {
  "{{count}} jobs begun": { one: "{{count}} job begun", other: "{{count}} jobs begun" },
  "{{count}} jobs failed": { one: "{{count}} job failed", other: "{{count}} jobs failed" },
  "{{count}} jobs failed.": { one: "{{count}} job failed.", other: "{{count}} jobs failed." },
  "Offline {{count}} times, {{time}} in all.": {
    one: "Offline once, {{time}} in all.",
    other: "Offline {{count}} times, {{time}} in all.",
  },
} satisfies English;
