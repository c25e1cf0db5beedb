/** Buttons in their few looks. Not here: anything they do. */
import type { ButtonHTMLAttributes, Ref } from "react";
import styles from "./Button.module.css";

type Look = "plain" | "primary" | "danger" | "bare";
type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  look?: Look;
  small?: boolean;
  ref?: Ref<HTMLButtonElement>;
};

export function Button({ look = "plain", small = false, className, type = "button", ...rest }: ButtonProps) {
  const classes = [styles.button, look === "plain" ? "" : styles[look], small ? styles.small : "", className ?? ""];
  return <button type={type} className={classes.filter(Boolean).join(" ")} {...rest} />;
}

/** A square button with an icon only; its label is spoken and shown as a tooltip. */
export function IconButton({ label, className, type = "button", ...rest }: ButtonProps & { label: string }) {
  return (
    <button type={type} className={`${styles.icon} ${className ?? ""}`} aria-label={label} title={label} {...rest} />
  );
}
