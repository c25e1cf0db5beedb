/**
 * One value out of a long list, found by typing a part of it. Not here: short lists (Choice, Segmented), free text with
 * proposals (Completing).
 */
import { Combobox } from "@base-ui/react/combobox";
import { Check, ChevronsUpDown } from "lucide-react";
import type { ChoiceOption } from "./Choice";
import choice from "./Choice.module.css";
import styles from "./SearchChoice.module.css";

/** As many as anybody reads; typing brings the others. */
const MOST_SHOWN = 100;

type SearchChoiceProps = {
  id?: string;
  label?: string;
  labelledBy?: string;
  describedBy?: string | undefined;
  invalid?: boolean;
  value: string;
  options: readonly ChoiceOption[];
  placeholder?: string;
  /** What is said when nothing fits. */
  nothing: string;
  testId?: string;
  onChange(value: string): void;
};

export function SearchChoice(props: SearchChoiceProps) {
  const { id, label, labelledBy, describedBy, invalid, value, options, placeholder, nothing, testId, onChange } = props;
  const current = options.find((option) => option.value === value) ?? null;
  return (
    <Combobox.Root
      items={options}
      value={current}
      itemToStringLabel={(option: ChoiceOption) => option.label}
      isItemEqualToValue={(a: ChoiceOption, b: ChoiceOption) => a.value === b.value}
      limit={MOST_SHOWN}
      autoHighlight
      onValueChange={(next: ChoiceOption | null) => next !== null && onChange(next.value)}
    >
      <div className={styles.group}>
        <Combobox.Input
          id={id}
          className={styles.input}
          placeholder={placeholder}
          aria-label={label}
          aria-labelledby={labelledBy}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
          data-testid={testId}
          data-value={value}
        />
        <Combobox.Trigger className={styles.open} aria-label={label ?? placeholder ?? "…"} tabIndex={-1}>
          <ChevronsUpDown size={13} strokeWidth={1.5} aria-hidden="true" />
        </Combobox.Trigger>
      </div>
      <Combobox.Portal>
        <Combobox.Positioner className={choice.positioner} sideOffset={4}>
          <Combobox.Popup className={choice.popup}>
            <Combobox.Empty className={styles.empty}>{nothing}</Combobox.Empty>
            <Combobox.List>
              {(option: ChoiceOption) => (
                <Combobox.Item
                  key={option.value}
                  value={option}
                  className={choice.item}
                  data-testid="choice-item"
                  data-value={option.value}
                >
                  <span className={choice.value}>{option.label}</span>
                  {option.hint && <span className={choice.hint}>{option.hint}</span>}
                  <Combobox.ItemIndicator>
                    <Check size={13} strokeWidth={1.5} aria-hidden="true" />
                  </Combobox.ItemIndicator>
                </Combobox.Item>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  );
}
