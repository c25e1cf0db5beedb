/** What is counted in several places, in Polish. Not here: what one feature alone counts. */
import type { Polish } from "../catalogue";

export default {
  "{{count}} nodes": {
    one: "{{count}} węzeł",
    few: "{{count}} węzły",
    many: "{{count}} węzłów",
    other: "{{count}} węzła",
  },
  "{{count}} targets": {
    one: "{{count}} cel",
    few: "{{count}} cele",
    many: "{{count}} celów",
    other: "{{count}} celu",
  },
  "{{count}} jobs": {
    one: "{{count}} zadanie",
    few: "{{count}} zadania",
    many: "{{count}} zadań",
    other: "{{count}} zadania",
  },
  "{{count}} executions": {
    one: "{{count}} wykonanie",
    few: "{{count}} wykonania",
    many: "{{count}} wykonań",
    other: "{{count}} wykonania",
  },
} satisfies Polish;
