/** Tokens: who else may ask, in Polish. */
import type { Polish } from "../catalogue";

export default {
  Viewer: "Obserwator",
  sees: "widzi",
  Operator: "Operator",
  "runs and stops": "uruchamia i zatrzymuje",
  Admin: "Administrator",
  "decides who else may": "decyduje, kto jeszcze może",
  viewer: "obserwator",
  operator: "operator",
  admin: "administrator",
  "{{count}} days": { one: "{{count}} dzień", few: "{{count}} dni", many: "{{count}} dni", other: "{{count}} dnia" },
  "New token": "Nowy token",
  "e.g. backup script": "np. skrypt kopii zapasowej",
  Role: "Rola",
  "Ends after": "Wygasa po",
  Nodes: "Węzły",
  "* is every node, empty is nobody; e.g. tag:gpu and not site=paris":
    "* to każdy węzeł, puste to żaden; np. tag:gpu and not site=paris",
  Calls: "Wywołania",
  "* is every call; e.g. ShellSkill.run FileSkill.*": "* to każde wywołanie; np. ShellSkill.run FileSkill.*",
  "An admin without limits can make tokens like this one.":
    "Administrator bez ograniczeń może tworzyć takie same tokeny.",
  "Make the token": "Utwórz token",
  Access: "Dostęp",
  "Tokens for scripts and other people. They ask over REST; this window needs none.":
    "Tokeny dla skryptów i innych osób. Pytają przez REST; to okno tokenu nie potrzebuje.",
  "No token opens anything. Only this machine can ask.":
    "Żaden token niczego nie otwiera. Pytać może tylko ta maszyna.",
  "The tokens cannot be read: {{reason}}": "Nie można odczytać tokenów: {{reason}}",
  "<name/> can ask now. This is the only time that its secret is shown.":
    "<name/> może już pytać. Sekret jest widoczny tylko teraz.",
  "I have kept it": "Zapisałem go",
  "never used": "nieużywany",
  "used <when/> from <where/>": "użyty <when/> z <where/>",
  "ends in {{when}}": "wygasa za {{when}}",
  "Revoke now": "Unieważnij teraz",
  "Revoke {{name}}": "Unieważnij {{name}}",
  Revoke: "Unieważnij",
  "every node": "każdy węzeł",
  "no node": "żaden węzeł",
  "every call": "każde wywołanie",
  "no call": "żadne wywołanie",
  "Hide ended tokens ({{n}})": "Ukryj wygasłe tokeny ({{n}})",
  "Show ended tokens ({{n}})": "Pokaż wygasłe tokeny ({{n}})",
  "ended {{when}}": "wygasł {{when}}",
  "revoked {{when}}": "unieważniony {{when}}",
} satisfies Polish;
