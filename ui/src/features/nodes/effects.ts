/** What a method may do, in a word. Not here: what follows from it (features/execute). */
import type { MethodView } from "../../bridge/types";
import { t } from "../../i18n";

export function effectWord(effect: MethodView["effect"]): string {
  switch (effect) {
    case "read":
      return t("reads");
    case "change":
      return t("changes");
    case "destroy":
      return t("may destroy");
  }
}
