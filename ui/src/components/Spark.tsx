/** A sparkline: recent values as one thin line, without axes. Decoration beside a number that says the same. */
import styles from "./Spark.module.css";

const WIDTH = 100;
const HEIGHT = 22;

export function Spark({ values, top, samples = 60 }: { values: readonly number[]; top: number; samples?: number }) {
  const shown = values.length === 1 ? [values[0] ?? 0, values[0] ?? 0] : values;
  const step = WIDTH / Math.max(1, (shown.length > 2 ? Math.max(shown.length, samples / 2) : 2) - 1);
  const start = WIDTH - step * (shown.length - 1);
  const points = shown.map(
    (value, i) =>
      `${(start + i * step).toFixed(1)},${(HEIGHT - 2 - Math.min(1, value / top) * (HEIGHT - 4)).toFixed(1)}`,
  );
  return (
    <svg className={styles.spark} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {points.length > 1 && <polyline points={points.join(" ")} />}
    </svg>
  );
}
