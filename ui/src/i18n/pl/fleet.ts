/** The bar over map and table, in Polish. Not here: the table itself. */
import type { Polish } from "../catalogue";

export default {
  "Filter nodes": "Filtruj węzły",
  "Filter by name, tag, address…": "Filtruj po nazwie, tagu, adresie…",
  "Nobody is meant by this just now.": "Teraz nie oznacza to żadnego węzła.",
  "Clear the filter": "Wyczyść filtr",
  "Lasso (L)": "Lasso (L)",
  View: "Widok",
  Table: "Tabela",
  online: "online",
  degraded: "osłabione",
  offline: "offline",
  "Filter by status": "Filtruj po stanie",
} satisfies Polish;
