/** Schedules in Polish. Not here: the jobs that come of them. */
import type { Polish } from "../catalogue";

export default {
  "Say on which nodes, for example tag:web, or * for all.":
    "Podaj, na których węzłach, na przykład tag:web, albo * dla wszystkich.",
  "New schedule": "Nowy harmonogram",
  "Change {{name}}": "Zmień {{name}}",
  "That is meant: it may destroy something, and nobody is asked when it is due.":
    "Tak ma być: może coś zniszczyć, a w wyznaczonym czasie nikt nie zapyta.",
  "There is no runbook yet. Write one under Runbooks.": "Nie ma jeszcze runbooka. Napisz go na karcie Runbooki.",
  Save: "Zapisz",
  "What it runs": "Co uruchamia",
  "A call": "Wywołanie",
  "A runbook": "Runbook",
  Runbook: "Runbook",
  "every weekday at 9am, or 0 9 * * 1-5": "every weekday at 9am albo 0 9 * * 1-5",
  "Time zone": "Strefa czasowa",
  "While the last one runs": "Gdy poprzednie trwa",
  "Leave out": "Pomiń",
  "Wait for it": "Zaczekaj",
  "Run both": "Uruchom oba",
  "When it was missed": "Gdy przepadło",
  "Catch up once": "Nadrób raz",
  "{{count}} nodes as of now; looked up again each time": {
    one: "Teraz {{count}} węzeł; sprawdzane za każdym razem",
    few: "Teraz {{count}} węzły; sprawdzane za każdym razem",
    many: "Teraz {{count}} węzłów; sprawdzane za każdym razem",
    other: "Teraz {{count}} węzła; sprawdzane za każdym razem",
  },
  "tag:gpu and not site=paris": "tag:gpu and not site=paris",
  "Each one makes a job of its own, on the nodes that are meant at that time.":
    "Każdy tworzy własne zadanie na węzłach, o które wtedy chodzi.",
  "The schedules cannot be read: {{problem}}": "Nie można odczytać harmonogramów: {{problem}}",
  "Nothing is scheduled. A new schedule runs a skill or a runbook again and again, on whoever is meant at that time.":
    "Nic nie zaplanowano. Nowy harmonogram uruchamia umiejętność lub runbook regularnie, na węzłach, o które wtedy chodzi.",
  Active: "Aktywny",
  Next: "Następny",
  Last: "Ostatni",
  "{{name}} is active": "{{name}} jest aktywny",
  on: "na",
  "Never again": "Już nigdy",
  "Run {{name}} now": "Uruchom {{name}} teraz",
  Change: "Zmień",
  "Not yet": "Jeszcze nie",
  "its job": "jego zadanie",
  started: "rozpoczęto",
  "in {{count}} min": {
    one: "za {{count}} min",
    few: "za {{count}} min",
    many: "za {{count}} min",
    other: "za {{count}} min",
  },
  "in {{count}} h": {
    one: "za {{count}} godz.",
    few: "za {{count}} godz.",
    many: "za {{count}} godz.",
    other: "za {{count}} godz.",
  },
  "in {{count}} d": {
    one: "za {{count}} dzień",
    few: "za {{count}} dni",
    many: "za {{count}} dni",
    other: "za {{count}} dnia",
  },
} satisfies Polish;
