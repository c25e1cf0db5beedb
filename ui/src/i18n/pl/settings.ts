/** What the operator may set, in Polish. */
import type { Polish } from "../catalogue";

export default {
  Settings: "Ustawienia",
  "A change takes effect when the app is started again.": "Jedna ze zmian zadziała po ponownym uruchomieniu aplikacji.",
  Appearance: "Wygląd",
  Language: "Język",
  "On this screen only; what nodes write stays as it is.":
    "Tylko na tym ekranie; to, co piszą węzły, zostaje bez zmian.",
  "Like the system": "Jak w systemie",
  Theme: "Motyw",
  "Night sky, or the same chart printed on paper.": "Nocne niebo albo ta sama mapa wydrukowana na papierze.",
  Dark: "Ciemny",
  Light: "Jasny",
  "Reduced motion": "Ograniczony ruch",
  "Cuts instead of flights, no comets and no rings.": "Cięcia zamiast przelotów, bez komet i pierścieni.",
  Reduced: "Ograniczony",
  Full: "Pełny",
  "This machine": "Ta maszyna",
  "Keep running in the tray": "Działaj dalej w zasobniku",
  "Closing the window leaves the Nexus and its nodes connected.":
    "Po zamknięciu okna Nexus i jego węzły pozostają połączone.",
  "Run a spore here": "Uruchom tu spore",
  "This machine is a node of its own swarm.": "Ta maszyna jest węzłem własnego roju.",
  "Listen on the network": "Nasłuchuj w sieci",
  "Off: only this machine can connect. On: any machine that can reach this one may knock; only those with a join line come in.":
    "Wyłączone: połączyć się może tylko ta maszyna. Włączone: zapukać może każda, która do tej dociera; wejdą tylko te z linią dołączenia.",
  "Every connection is encrypted, and both sides prove their keys before anything is said. A join line lets in as many machines as it says, for as long as it says; the API wants a token. A firewall may still stand in the way.":
    "Każde połączenie jest szyfrowane, a obie strony dowodzą swoich kluczy, zanim cokolwiek powiedzą. Linia dołączenia wpuszcza tyle maszyn i tak długo, jak mówi; API wymaga tokenu. Na drodze może jeszcze stać zapora.",
  "{{name}} · version {{version}} · listens on {{address}}":
    "{{name}} · wersja {{version}} · nasłuchuje na {{address}}",
} satisfies Polish;
