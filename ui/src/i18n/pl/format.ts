/** Times in words, in Polish. Not here: dates and sizes, which Intl knows. */
import type { Polish } from "../catalogue";

export default {
  now: "teraz",
  over: "minęło",
  "{{count}} min ago": {
    one: "{{count}} min temu",
    few: "{{count}} min temu",
    many: "{{count}} min temu",
    other: "{{count}} min temu",
  },
  "{{count}} h ago": {
    one: "{{count}} godz. temu",
    few: "{{count}} godz. temu",
    many: "{{count}} godz. temu",
    other: "{{count}} godz. temu",
  },
  "{{count}} d ago": {
    one: "{{count}} dzień temu",
    few: "{{count}} dni temu",
    many: "{{count}} dni temu",
    other: "{{count}} dnia temu",
  },
  "{{count}} h": { one: "{{count}} godz.", few: "{{count}} godz.", many: "{{count}} godz.", other: "{{count}} godz." },
  "{{count}} d": { one: "{{count}} dzień", few: "{{count}} dni", many: "{{count}} dni", other: "{{count}} dnia" },
} satisfies Polish;
