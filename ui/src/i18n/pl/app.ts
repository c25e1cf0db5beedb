/** The shell in Polish: starting, connecting, moving about. Not here: the features. */
import type { Polish } from "../catalogue";

export default {
  "The console could not start: {{reason}}": "Konsola nie mogła się uruchomić: {{reason}}",
  "{{n}} ms": "{{n}} ms",
  "Skip to the content": "Przejdź do treści",
  "The theme could not be saved: {{reason}}": "Nie udało się zapisać motywu: {{reason}}",
  "Light theme": "Jasny motyw",
  "Dark theme": "Ciemny motyw",
  "Leaves the simulated one": "Opuszcza symulowaną",
  "Nothing in it is real": "Nic w niej nie jest prawdziwe",
  "The Nexus does not answer. Trying again…": "Nexus nie odpowiada. Ponawiam próbę…",
  "Connecting to the Nexus…": "Łączenie z Nexusem…",
  Alerts: "Alerty",
  Skills: "Umiejętności",
  Joining: "Dołączanie",
  Audit: "Audyt",
  Map: "Mapa",
  Main: "Główne",
  "waiting at a gate": "czeka przed bramką",
  "to look at": "do sprawdzenia",
  "Search nodes, run a skill, jump to…": "Szukaj węzłów, uruchom umiejętność, przejdź do…",
  "Add a machine (A)": "Dodaj maszynę (A)",
  "{{n}} degraded": "osłabione: {{n}}",
  "{{n}} waiting to join": "czekające na przyjęcie: {{n}}",
  "{{n}} waiting for a second yes": "czekające na drugie „tak”: {{n}}",
  "{{n}} waiting at a gate": "czekające przed bramką: {{n}}",
  "Needs attention": "Wymaga uwagi",
  "Needs attention: {{n}}, {{what}}": "Wymaga uwagi: {{n}}, {{what}}",
  "Nothing needs attention": "Nic nie wymaga uwagi",
  "Reading the swarm again…": "Ponowny odczyt floty…",
  "No connection to the Nexus, trying again…": "Brak połączenia z Nexusem, ponawiam…",
  "Median round trip to the nodes that are online": "Mediana czasu odpowiedzi węzłów online",
  "The console stopped drawing: {{problem}}. The Nexus itself is not affected; running executions go on.":
    "Konsola przestała rysować: {{problem}}. Sam Nexus działa; uruchomione wykonania trwają.",
  "Load the console again": "Wczytaj konsolę ponownie",
  Messages: "Wiadomości",
  Job: "Zadanie",
  Selection: "Zaznaczenie",
  "Node details": "Szczegóły węzła",
  "Instance {{name}} does not answer; what it ran here is not in this list.":
    "Instancja {{name}} nie odpowiada; tego, co tu uruchamiała, nie ma na tej liście.",
  "Nothing was run on this node yet.": "Na tym węźle nic jeszcze nie uruchamiano.",
  "{{name}} is offline. Nothing can be run on it until it is back.":
    "{{name}} jest offline. Nic się na nim nie uruchomi, dopóki nie wróci.",
  "None of the selected nodes is online. Under “How it runs” you can wait for them.":
    "Żaden z zaznaczonych węzłów nie jest online. W części „Jak” możesz na nie zaczekać.",
  "{{count}} offline nodes will be left out.": {
    one: "{{count}} węzeł offline zostanie pominięty.",
    few: "{{count}} węzły offline zostaną pominięte.",
    many: "{{count}} węzłów offline zostanie pominiętych.",
    other: "{{count}} węzła offline zostanie pominięte.",
  },
  "{{count}} offline nodes will be waited for.": {
    one: "Zadanie zaczeka na {{count}} węzeł offline.",
    few: "Zadanie zaczeka na {{count}} węzły offline.",
    many: "Zadanie zaczeka na {{count}} węzłów offline.",
    other: "Zadanie zaczeka na {{count}} węzła offline.",
  },
  "{{count}} nodes cannot take this: {{name}}, {{why}}": {
    one: "{{count}} węzeł nie może tego wykonać: {{name}}, {{why}}",
    few: "{{count}} węzły nie mogą tego wykonać: {{name}}, {{why}}",
    many: "{{count}} węzłów nie może tego wykonać: {{name}}, {{why}}",
    other: "{{count}} węzła nie może tego wykonać: {{name}}, {{why}}",
  },
  "any of {{n}}": "dowolne z {{n}}",
  "Nothing was run: other nodes are meant by now, {{count}} in all. They are shown here; look at them, and run it if that is right.":
    {
      one: "Nic nie uruchomiono: teraz chodzi o inne węzły, łącznie {{count}}. Widać je tutaj; sprawdź je i uruchom, jeśli tak ma być.",
      few: "Nic nie uruchomiono: teraz chodzi o inne węzły, łącznie {{count}}. Widać je tutaj; sprawdź je i uruchom, jeśli tak ma być.",
      many: "Nic nie uruchomiono: teraz chodzi o inne węzły, łącznie {{count}}. Widać je tutaj; sprawdź je i uruchom, jeśli tak ma być.",
      other:
        "Nic nie uruchomiono: teraz chodzi o inne węzły, łącznie {{count}}. Widać je tutaj; sprawdź je i uruchom, jeśli tak ma być.",
    },
  "The node of this link is not known here.": "Węzeł z tego odnośnika nie jest tu znany.",
  "{{n}} online": "{{n}} online",
  "{{n}} offline": "{{n}} offline",
} satisfies Polish;
