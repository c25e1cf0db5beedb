/** Removes something at the second press; a first one that nothing follows is taken back. */
import { useEffect, useState } from "react";
import { t } from "../i18n";
import { Button } from "./Button";

const CONFIRM_MS = 4000;

export function RemoveButton({ what, onRemove, testId }: { what: string; onRemove(): void; testId?: string }) {
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    if (!asking) return;
    const timer = setTimeout(() => setAsking(false), CONFIRM_MS);
    return () => clearTimeout(timer);
  }, [asking]);
  return (
    <Button
      small
      look={asking ? "danger" : "plain"}
      aria-label={asking ? t("Yes, remove {{what}}", { what }) : t("Remove {{what}}", { what })}
      onClick={() => {
        if (asking) onRemove();
        setAsking(!asking);
      }}
      data-testid={testId}
    >
      {asking ? t("Yes, remove") : t("Remove")}
    </Button>
  );
}
