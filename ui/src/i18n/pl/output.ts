/** Executions and their output in Polish. */
import type { Polish } from "../catalogue";

export default {
  "{{count}} earlier lines are not kept here": {
    one: "{{count}} wcześniejszy wiersz nie jest tu zachowany",
    few: "{{count}} wcześniejsze wiersze nie są tu zachowane",
    many: "{{count}} wcześniejszych wierszy nie jest tu zachowanych",
    other: "{{count}} wcześniejszego wiersza nie jest tu zachowane",
  },
  Follow: "Śledź",
  "Output of {{call}} on {{node}}": "Wyjście {{call}} na {{node}}",
  "No output yet.": "Jeszcze nic nie wypisano.",
  Waiting_execution: "Czeka",
  Sent_execution: "Wysłane",
  Streaming_execution: "Wypisuje",
  Running_execution: "W toku",
  Stopping_execution: "Zatrzymywane",
  "Asked to end. It counts as cancelled once the node has proved it.":
    "Poproszone o zakończenie. Uznane za anulowane, gdy węzeł tego dowiedzie.",
  Succeeded_execution: "Udane",
  Failed_execution: "Nieudane",
  "Timed out_execution": "Przekroczony czas",
  Cancelled_execution: "Anulowane",
  "Ended by {{signal}}.": "Zakończone przez {{signal}}.",
  Unknown_execution: "Nieznane",
  "Nobody can prove how this ended.": "Nikt nie może dowieść, jak się to skończyło.",
  "It may still run, or may have finished: check before you run it again.":
    "Może wciąż działać albo już się skończyło: sprawdź, zanim uruchomisz ponownie.",
  Expired_execution: "Wygasłe",
  "It waited too long and was never started.": "Czekało zbyt długo i nigdy nie ruszyło.",
  Refused_execution: "Odrzucone",
  "It was not accepted. Nothing ran.": "Nie zostało przyjęte. Nic nie uruchomiono.",
  "{{word}}, code {{code}}": "{{word}}, kod {{code}}",
} satisfies Polish;
