/**
 * What a catalogue may hold, and how one becomes what the library reads: its plural forms are entries of their own.
 * Not here: the entries; one module per feature in en/ and pl/.
 */

/** Only what differs from its key: the forms of what is counted. */
export type English = Readonly<Record<string, string | Readonly<Record<"one" | "other", string>>>>;
/** Every text; what is counted in all four forms (1 węzeł, 2 węzły, 5 węzłów, 1,5 węzła). */
export type Polish = Readonly<Record<string, string | Readonly<Record<"one" | "few" | "many" | "other", string>>>>;
export type Catalogue = English | Polish;

export function flat(modules: Record<string, unknown>): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const module of Object.values(modules)) {
    for (const [key, text] of Object.entries(module as Catalogue)) {
      if (typeof text === "string") texts[key] = text;
      else for (const [form, words] of Object.entries(text)) texts[`${key}_${form}`] = words;
    }
  }
  return texts;
}
