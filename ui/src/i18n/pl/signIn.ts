/** The door of the console in a browser. */
import type { Polish } from "../catalogue";

export default {
  "Sign in to this Nexus": "Zaloguj się do tego Nexusa",
  Token: "Token",
  "On the machine of the Nexus, “nexus token” shows the owner's; “nexus token make” makes others.":
    "Na maszynie Nexusa „nexus token” pokazuje token właściciela; „nexus token make” tworzy inne.",
  "Signing in…": "Logowanie…",
  "Sign in": "Zaloguj się",
  "The Nexus does not answer.": "Nexus nie odpowiada.",
  "The Nexus does not know this token.": "Nexus nie zna tego tokenu.",
  "Refused ({{status}}).": "Odmowa ({{status}}).",
} satisfies Polish;
