/** The list of the log's entries, in Polish. Not here: what was done (audit.ts). */
import type { Polish } from "../catalogue";

export default {
  "No.": "Nr",
  What: "Co",
  "On what": "Na czym",
  "How it went": "Przebieg",
  "Entries, newest first": "Wpisy, od najnowszego",
  "Reading the log…": "Odczyt dziennika…",
  "No entry fits. Take a filter away to see more; nothing was ever removed by one.":
    "Żaden wpis nie pasuje. Usuń któryś filtr, aby zobaczyć więcej; filtr niczego nie usuwa.",
  "of {{number}}": "do {{number}}",
  "{{count}} times": { one: "{{count}} raz", few: "{{count}} razy", many: "{{count}} razy", other: "{{count}} razu" },
} satisfies Polish;
