/** The targets of a job one by one, in Polish. Not here: jobs as a whole. */
import type { Polish } from "../catalogue";

export default {
  Node: "Węzeł",
  State: "Stan",
  Attempt: "Próba",
  "How it ended": "Wynik",
  Time: "Czas",
  "Next try": "Następna próba",
  "The targets cannot be read: {{problem}}": "Nie można odczytać celów: {{problem}}",
  "Reading the targets…": "Odczyt celów…",
  "No target is in these states. Choose others above.": "Żaden cel nie jest w tych stanach. Wybierz inne powyżej.",
  "from cache": "z pamięci",
  "tried again now": "ponawiane teraz",
  "again in {{left}}": "ponownie za {{left}}",
} satisfies Polish;
