/** An on/off switch. */
import { Switch } from "@base-ui/react/switch";
import styles from "./Toggle.module.css";

type ToggleProps = {
  checked: boolean;
  onChange(checked: boolean): void;
  labelledBy?: string;
  describedBy?: string;
  label?: string;
  disabled?: boolean;
  testId?: string;
  id?: string;
};

export function Toggle({
  checked,
  onChange,
  labelledBy,
  describedBy,
  label,
  disabled = false,
  testId,
  id,
}: ToggleProps) {
  return (
    <Switch.Root
      className={styles.switch}
      checked={checked}
      disabled={disabled}
      onCheckedChange={(next) => onChange(next)}
      id={id}
      aria-label={label}
      aria-labelledby={labelledBy}
      aria-describedby={describedBy}
      data-testid={testId}
    >
      <Switch.Thumb className={styles.thumb} />
    </Switch.Root>
  );
}
