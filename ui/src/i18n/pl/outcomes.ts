/** How things ended, in Polish. */
import type { Polish } from "../catalogue";

export default {
  "0 of {{total}}": "0 z {{total}}",
  unknown: "nieznane",
  failed: "nieudane",
  stopping: "zatrzymywane",
  running: "w toku",
  waiting: "czekające",
  cancelled: "anulowane",
  skipped: "pominięte",
  succeeded: "udane",
} satisfies Polish;
