/** Which language the console speaks, from the top bar. Not here: the texts (i18n). */
import { Check, Languages } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "../components/Button";
import { Menu } from "../components/Menu";
import { chooseLanguage, type LanguageChoice, languageChoice } from "../i18n";

export function Language() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const names: [LanguageChoice, string][] = [
    ["system", t("Like the system")],
    ["en", "English"],
    ["pl", "Polski"],
  ];
  return (
    <>
      <IconButton
        ref={button}
        label={t("Language")}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(true)}
        data-testid="language"
      >
        <Languages size={16} strokeWidth={1.5} aria-hidden="true" />
      </IconButton>
      <Menu
        label={t("Language")}
        open={open}
        at={button.current}
        items={names.map(([choice, label]) => ({
          key: `language-${choice}`,
          label,
          icon: languageChoice() === choice && <Check size={14} strokeWidth={1.8} aria-hidden="true" />,
          onChoose: () => chooseLanguage(choice),
        }))}
        onClose={() => setOpen(false)}
        back={() => button.current}
        testId="language-list"
      />
    </>
  );
}
