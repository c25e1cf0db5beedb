/**
 * The mark of a status: hue for exceptions only, and always a shape besides, as on the map.
 * Not here: words (they stand next to the mark).
 */
export type MarkKind = "online" | "degraded" | "offline" | "critical" | "activity";

export function StatusMark({ kind, size = 12 }: { kind: MarkKind; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" aria-hidden="true">
      {shape(kind)}
    </svg>
  );
}

function shape(kind: MarkKind) {
  switch (kind) {
    case "degraded":
      return (
        <>
          <circle cx="6" cy="6" r="2.6" fill="var(--degraded)" />
          <circle cx="6" cy="6" r="5.1" fill="none" stroke="var(--degraded)" strokeOpacity="0.6" strokeWidth="1.1" />
        </>
      );
    case "offline":
      return <circle cx="6" cy="6" r="3.1" fill="none" stroke="var(--offline)" strokeWidth="1.4" />;
    case "critical":
      return <path d="M6 1.2 10.8 6 6 10.8 1.2 6z" fill="var(--critical)" />;
    case "activity":
      return <circle cx="6" cy="6" r="3.4" fill="var(--activity)" />;
    default:
      return <circle cx="6" cy="6" r="3.2" fill="var(--online)" />;
  }
}
