/** Which Nexus this window looks at, in Polish. Not here: words of the shell (app.ts). */
import type { Polish } from "../catalogue";

export default {
  "The environment was not changed: {{reason}}": "Nie zmieniono środowiska: {{reason}}",
  "Simulated fleet": "Symulowana flota",
  "Simulated fleet.": "Symulowana flota.",
  "No machine behind it is real: try anything. Your own goes on meanwhile.":
    "Żadna z tych maszyn nie istnieje: wypróbuj, co chcesz. Twoja flota działa w tym czasie dalej.",
  "Back to my fleet": "Wróć do mojej floty",
  simulated: "symulowane",
  "The simulated fleet could not be made: {{reason}}": "Nie udało się utworzyć symulowanej floty: {{reason}}",
  "Connecting…": "Łączenie…",
  "Connect to another Nexus": "Połącz z innym Nexusem",
  "Connect to another Nexus…": "Połącz z innym Nexusem…",
  "Step 1 of 2. Where the other Nexus listens. Nothing is told to it yet.":
    "Krok 1 z 2. Gdzie nasłuchuje drugi Nexus. Nic mu jeszcze nie zostanie przekazane.",
  "Host and port, as its settings show them under “Who may connect”.":
    "Host i port, jak w jego ustawieniach w części „Kto może się łączyć”.",
  "Looking…": "Sprawdzanie…",
  "Look who answers": "Sprawdź, kto odpowiada",
  "Step 2 of 2. {{address}} answers, with a certificate that this machine trusts. Its fingerprint, if you want to compare it:":
    "Krok 2 z 2. Odpowiada {{address}}, z certyfikatem, któremu ten komputer ufa. Jego odcisk, jeśli chcesz go porównać:",
  "Step 2 of 2. {{address}} answers. Compare its fingerprint with what “nexus fingerprint” shows on that machine; only the one that you compared is ever given the token.":
    "Krok 2 z 2. Odpowiada {{address}}. Porównaj jego odcisk z tym, co na tamtej maszynie pokazuje „nexus fingerprint”; token dostanie tylko ten, którego odcisk porównano.",
  "I compared it there, and it is the same": "Porównano na miejscu, jest taki sam",
  "Name in this window": "Nazwa w tym oknie",
  "API token": "Token API",
  "Made there under Settings, Access. This window can do what the token may do.":
    "Utworzony tam w Ustawieniach, w części Dostęp. To okno może tyle, ile ten token.",
  "Not connected: {{reason}}": "Nie połączono: {{reason}}",
  Connect: "Połącz",
  "Environment: {{name}}": "Środowisko: {{name}}",
  Environments: "Środowiska",
  current: "bieżące",
  "This Nexus": "Ten Nexus",
  "inside this window": "w tym oknie",
  "does not answer": "nie odpowiada",
  "Explore a simulated fleet": "Zobacz symulowaną flotę",
} satisfies Polish;
