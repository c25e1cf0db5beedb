/** The list of the log's entries, where it counts. Not here: what several features count. */
import type { English } from "../catalogue";

export default {
  "{{count}} times": { one: "once", other: "{{count}} times" },
} satisfies English;
