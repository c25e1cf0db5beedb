/** Words of the parts that every page uses, in Polish. */
import type { Polish } from "../catalogue";

export default {
  "For {{label}}": "Podpowiedzi: {{label}}",
  Copy: "Kopiuj",
  Copied: "Skopiowano",
  "Not allowed": "Niedozwolone",
  Close: "Zamknij",
  "Yes, remove {{what}}": "Tak, usuń: {{what}}",
  "Remove {{what}}": "Usuń: {{what}}",
  "Yes, remove": "Tak, usuń",
  Remove: "Usuń",
  Cancel: "Anuluj",
  Dismiss: "Odrzuć",
  Name: "Nazwa",
  Keep: "Zostaw",
  you: "Ty",
} satisfies Polish;
