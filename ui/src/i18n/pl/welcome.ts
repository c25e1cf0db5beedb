/** The first minute in Polish. Not here: how machines join. */
import type { Polish } from "../catalogue";

export default {
  "Add your first spore": "Dodaj pierwszy spore",
  "Choose your star: {{name}}, this machine": "Wybierz swoją gwiazdę: {{name}}, ta maszyna",
  "Press Run: a harmless command stands there": "Naciśnij Uruchom: czeka tam nieszkodliwe polecenie",
  "Read what it says": "Przeczytaj, co odpowie",
  "First steps": "Pierwsze kroki",
  "That is all it takes": "I to wszystko",
  "Your first minute": "Twoja pierwsza minuta",
  "No more first steps": "Nie pokazuj pierwszych kroków",
  "Open it for me": "Otwórz ją",
  "To the form": "Do formularza",
  "Add another machine": "Dodaj kolejną maszynę",
} satisfies Polish;
