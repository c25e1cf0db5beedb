/** Tokens: who else may ask, where it is counted. */
import type { English } from "../catalogue";

export default {
  "{{count}} days": { one: "{{count}} day", other: "{{count}} days" },
} satisfies English;
