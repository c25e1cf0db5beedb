/**
 * The expression of a selection: while it is typed it says how many it means, Enter selects them. What was chosen by
 * hand has none. Not here: the language (the Nexus reads it).
 */
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Completing } from "../../components/Completing";
import { useUi } from "../../state/hooks";
import { useCompletion, useTarget } from "../../state/useTarget";

export function TargetLine() {
  const { t } = useTranslation();
  const target = useUi((s) => s.target);
  const select = useUi((s) => s.select);
  const [text, setText] = useState(target);
  const complete = useCompletion();
  useEffect(() => setText(target), [target]);
  const typed = text.trim();
  const other = typed !== "" && typed !== target;
  const aim = useTarget(other ? { target: typed, nodeIds: null, skill: null, method: null } : null);
  const { resolved } = aim;
  const apply = () => {
    if (resolved) select(resolved.ordinals, false, resolved.target);
  };
  const note = resolved
    ? t("{{nodes}}: Enter selects them", {
        nodes: [
          t("{{count}} nodes", { count: resolved.count }),
          resolved.offline > 0 ? t("{{count}} offline", { count: resolved.offline }) : "",
        ]
          .filter(Boolean)
          .join(", "),
      })
    : null;
  return (
    <Completing
      label={t("Who")}
      hiddenLabel
      value={text}
      placeholder={t("Chosen by hand. Or write who: tag:gpu and not site=paris")}
      problem={other ? aim.problem : null}
      note={note}
      complete={complete}
      onChange={setText}
      onEnter={apply}
      testId="target-field"
    />
  );
}
