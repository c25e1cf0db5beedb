/** Removes something at the second press; a first one that nothing follows is taken back. */
import { useEffect, useState } from "react";
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
      aria-label={asking ? `Yes, remove ${what}` : `Remove ${what}`}
      onClick={() => {
        if (asking) onRemove();
        setAsking(!asking);
      }}
      data-testid={testId}
    >
      {asking ? "Yes, remove" : "Remove"}
    </Button>
  );
}
