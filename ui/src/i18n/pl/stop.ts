/** Stopping everything, and what came of it, in Polish. */
import type { Polish } from "../catalogue";

export default {
  "Yes, stop all on {{name}}": "Tak, zatrzymaj wszystko na {{name}}",
  "Stop everything on this node": "Zatrzymaj wszystko na tym węźle",
  "Everything is stopped": "Wszystko zatrzymane",
  "Stopped by you": "Zatrzymane przez Ciebie",
  "Stopped by <who/>": "Zatrzymane przez <who/>",
  "{{n}} stopping": "zatrzymywane: {{n}}",
  "{{n}} proved": "potwierdzone: {{n}}",
  "{{n}} unknown": "nieznane: {{n}}",
  "{{n}} never sent": "niewysłane: {{n}}",
  "Their spores are too old to stop anything": "Ich spore są za stare, by cokolwiek zatrzymać",
  "{{n}} cannot be stopped": "nie da się zatrzymać: {{n}}",
  Release: "Zwolnij",
  "just now": "przed chwilą",
  "Stop everything (Ctrl Shift S)": "Zatrzymaj wszystko (Ctrl Shift S)",
  "Stop everything": "Zatrzymaj wszystko",
  Stop: "Zatrzymaj",
  "What runs is asked to end on every node, now: {{executions}} and {{jobs}} that this window knows of.":
    "To, co działa, dostaje na każdym węźle polecenie zakończenia, teraz: {{executions}} i {{jobs}}, o których wie to okno.",
  "What runs is asked to end on every node, now: {{executions}}.":
    "To, co działa, dostaje na każdym węźle polecenie zakończenia, teraz: {{executions}}.",
  "Each counts as stopped only once its node has proved it.":
    "Każde liczy się jako zatrzymane dopiero, gdy jego węzeł to potwierdzi.",
  "Until you release it nothing of any job is sent, no schedule fires, and API tokens can start nothing. You can still run something on one node by hand.":
    "Dopóki tego nie zwolnisz, żadne zadanie niczego nie wysyła, harmonogramy nie ruszają, a tokeny API niczego nie uruchomią. Ręcznie nadal możesz uruchomić coś na jednym węźle.",
  "What waits keeps its place, and goes on after the release.":
    "To, co czeka, zachowuje miejsce i rusza dalej po zwolnieniu.",
  "Why, for those who see it (may be empty)": "Dlaczego, dla tych, którzy to zobaczą (może być puste)",
  "Nothing was stopped: {{problem}}": "Niczego nie zatrzymano: {{problem}}",
  "Let it run": "Niech działa",
} satisfies Polish;
