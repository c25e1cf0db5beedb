/** What schedules count. Not here: what several features count. */
import type { English } from "../catalogue";

export default {
  "{{count}} nodes as of now; looked up again each time": {
    one: "{{count}} node as of now; looked up again each time",
    other: "{{count}} nodes as of now; looked up again each time",
  },
} satisfies English;
