/** What the shell counts. Not here: what several features count. */
import type { English } from "../catalogue";

export default {
  "{{count}} offline nodes will be left out.": {
    one: "{{count}} offline node will be left out.",
    other: "{{count}} offline nodes will be left out.",
  },
  "{{count}} offline nodes will be waited for.": {
    one: "{{count}} offline node will be waited for.",
    other: "{{count}} offline nodes will be waited for.",
  },
  "{{count}} nodes cannot take this: {{name}}, {{why}}": {
    one: "{{count}} node cannot take this: {{name}}, {{why}}",
    other: "{{count}} nodes cannot take this: {{name}}, {{why}}",
  },
  "Nothing was run: other nodes are meant by now, {{count}} in all. They are shown here; look at them, and run it if that is right.":
    {
      one: "Nothing was run: other nodes are meant by now, {{count}} in all. They are shown here; look at them, and run it if that is right.",
      other:
        "Nothing was run: other nodes are meant by now, {{count}} in all. They are shown here; look at them, and run it if that is right.",
    },
} satisfies English;
