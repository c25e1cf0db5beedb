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
  "the owner": "właściciel",
  "Your token may only look.": "Twój token pozwala tylko patrzeć.",
  "This needs an admin’s token.": "Do tego potrzebny jest token administratora.",
  "Your token is limited to some nodes or calls.": "Twój token jest ograniczony do niektórych węzłów lub wywołań.",
} satisfies Polish;
