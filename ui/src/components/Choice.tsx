/**
 * A select: one value out of a list, with an optional second, quieter text per option and optional group headings.
 * Not here: searching in long lists (the palette does that).
 */
import { Select } from "@base-ui/react/select";
import { Check, ChevronsUpDown } from "lucide-react";
import styles from "./Choice.module.css";

export type ChoiceOption = { value: string; label: string; hint?: string; group?: string; mono?: boolean };

type ChoiceProps = {
  id?: string;
  label?: string;
  labelledBy?: string;
  testId?: string;
  value: string;
  options: readonly ChoiceOption[];
  disabled?: boolean;
  onChange(value: string): void;
};

export function Choice({ id, label, labelledBy, testId, value, options, disabled = false, onChange }: ChoiceProps) {
  const current = options.find((option) => option.value === value);
  return (
    <Select.Root value={value} disabled={disabled} onValueChange={(next) => next !== null && onChange(String(next))}>
      <Select.Trigger
        className={styles.trigger}
        id={id}
        aria-label={label}
        aria-labelledby={labelledBy}
        data-testid={testId}
        data-value={value}
      >
        <Select.Value className={styles.value}>{() => <Words option={current} fallback={value} />}</Select.Value>
        <ChevronsUpDown size={13} strokeWidth={1.5} aria-hidden="true" />
      </Select.Trigger>
      <Select.Portal>
        <Select.Positioner className={styles.positioner} sideOffset={4} alignItemWithTrigger={false}>
          <Select.Popup className={styles.popup}>
            <Select.List>
              {grouped(options).map(([group, items]) =>
                group === "" ? (
                  items.map((option) => <Item key={option.value} option={option} />)
                ) : (
                  <Select.Group key={group}>
                    <Select.GroupLabel className={styles.groupLabel}>{group}</Select.GroupLabel>
                    {items.map((option) => (
                      <Item key={option.value} option={option} />
                    ))}
                  </Select.Group>
                ),
              )}
            </Select.List>
          </Select.Popup>
        </Select.Positioner>
      </Select.Portal>
    </Select.Root>
  );
}

function Item({ option }: { option: ChoiceOption }) {
  return (
    <Select.Item className={styles.item} value={option.value} data-testid="choice-item" data-value={option.value}>
      <Select.ItemText className={styles.value}>
        <Words option={option} fallback={option.value} />
      </Select.ItemText>
      <Select.ItemIndicator>
        <Check size={13} strokeWidth={1.5} aria-hidden="true" />
      </Select.ItemIndicator>
    </Select.Item>
  );
}

function Words({ option, fallback }: { option: ChoiceOption | undefined; fallback: string }) {
  if (!option) return <>{fallback}</>;
  return (
    <>
      {option.hint === undefined ? option.label : <b>{option.label}</b>}
      {option.hint !== undefined && <span className={styles.hint}>{option.hint}</span>}
    </>
  );
}

function grouped(options: readonly ChoiceOption[]): [string, ChoiceOption[]][] {
  const groups = new Map<string, ChoiceOption[]>();
  for (const option of options) {
    const key = option.group ?? "";
    const list = groups.get(key);
    if (list) list.push(option);
    else groups.set(key, [option]);
  }
  return [...groups];
}
