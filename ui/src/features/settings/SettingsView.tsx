/**
 * What the operator may set. Every switch writes at once; a refusal is told here and the switch goes back.
 * Not here: who else may ask and where alerts are posted (given by the caller).
 */
import { type ReactNode, useId } from "react";
import type { SettingsView as Settings, SettingsPatch } from "../../bridge/types";
import { Choice } from "../../components/Choice";
import { Notice } from "../../components/Notice";
import { Toggle } from "../../components/Toggle";
import { chooseLanguage, type LanguageChoice, languageChoice, t } from "../../i18n";
import { useConsole, useLink, useSettings } from "../../state/hooks";
import styles from "./SettingsView.module.css";

export function SettingsView({ alerts, access }: { alerts: ReactNode; access: ReactNode }) {
  const { settings: store, bridge } = useConsole();
  const settings = useSettings((s) => s.settings);
  const problem = useSettings((s) => s.problem);
  const save = (patch: SettingsPatch) => void store.getState().save(patch);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={styles.page} data-testid="settings-page" tabIndex={0} aria-label={t("Settings")}>
      <div className={styles.column}>
        <h1>{t("Settings")}</h1>
        <Notices settings={settings} problem={problem} />
        {settings && (
          <>
            <Look settings={settings} save={save} />
            {bridge.place === "desktop" && <Host settings={settings} save={save} />}
          </>
        )}
        {alerts}
        {access}
        <About />
      </div>
    </section>
  );
}

type PartProps = { settings: Settings; save(patch: SettingsPatch): void };

function Notices({ settings, problem }: { settings: Settings | null; problem: string | null }) {
  const notices = settings?.notices ?? [];
  if (!problem && notices.length === 0 && !settings?.restartNeeded) return null;
  return (
    <div className={styles.notices}>
      {problem && (
        <Notice tone="problem" testId="settings-problem">
          {problem}
        </Notice>
      )}
      {settings?.restartNeeded && (
        <Notice tone="warning">{t("A change takes effect when the app is started again.")}</Notice>
      )}
      {notices.map((notice) => (
        <Notice key={notice} tone="warning">
          {notice}
        </Notice>
      ))}
    </div>
  );
}

function Look({ settings, save }: PartProps) {
  return (
    <section className={styles.section} aria-label={t("Appearance")}>
      <h2>{t("Appearance")}</h2>
      <Pick
        title={t("Language")}
        text={t("On this screen only; what nodes write stays as it is.")}
        value={languageChoice()}
        testId="settings-language"
        options={[
          ["system", t("Like the system")],
          ["en", "English"],
          ["pl", "Polski"],
        ]}
        onChange={(language) => chooseLanguage(language as LanguageChoice)}
      />
      <Pick
        title={t("Theme")}
        text={t("Night sky, or the same chart printed on paper.")}
        value={settings.theme}
        testId="theme"
        options={[
          ["system", t("Like the system")],
          ["dark", t("Dark")],
          ["light", t("Light")],
        ]}
        onChange={(theme) => save({ theme: theme as Settings["theme"] })}
      />
      <Pick
        title={t("Reduced motion")}
        text={t("Cuts instead of flights, no comets and no rings.")}
        value={settings.reducedMotion}
        testId="reduced-motion"
        options={[
          ["system", t("Like the system")],
          ["on", t("Reduced")],
          ["off", t("Full")],
        ]}
        onChange={(reducedMotion) => save({ reducedMotion: reducedMotion as Settings["reducedMotion"] })}
      />
    </section>
  );
}

function Host({ settings, save }: PartProps) {
  return (
    <section className={styles.section} aria-label={t("This machine")}>
      <h2>{t("This machine")}</h2>
      <Flip
        title={t("Keep running in the tray")}
        text={t("Closing the window leaves the Nexus and its nodes connected.")}
        checked={settings.keepInTray}
        onChange={(keepInTray) => save({ keepInTray })}
        testId="keep-in-tray"
      />
      <Flip
        title={t("Run a spore here")}
        text={t("This machine is a node of its own swarm.")}
        checked={settings.runLocalSpore}
        onChange={(runLocalSpore) => save({ runLocalSpore })}
        testId="run-local-spore"
      />
      <Flip
        title={t("Listen on the network")}
        text={t(
          "Off: only this machine can connect. On: any machine that can reach this one may knock; only those with a join line come in.",
        )}
        checked={settings.exposed}
        onChange={(exposed) => save({ exposed })}
        testId="listen"
      />
      {settings.exposed && (
        <div className={styles.warn}>
          <Notice testId="listen-note">
            {t(
              "Every connection is encrypted, and both sides prove their keys before anything is said. A join line lets in as many machines as it says, for as long as it says; the API wants a token. A firewall may still stand in the way.",
            )}
          </Notice>
        </div>
      )}
    </section>
  );
}

function Flip(props: {
  title: string;
  text: string;
  checked: boolean;
  testId: string;
  onChange(checked: boolean): void;
}) {
  const id = useId();
  return (
    <div className={styles.row}>
      <div>
        <b id={id}>{props.title}</b>
        <p id={`${id}-text`}>{props.text}</p>
      </div>
      <Toggle
        checked={props.checked}
        onChange={props.onChange}
        labelledBy={id}
        describedBy={`${id}-text`}
        testId={props.testId}
      />
    </div>
  );
}

function Pick(props: {
  title: string;
  text: string;
  value: string;
  testId: string;
  options: [string, string][];
  onChange(value: string): void;
}) {
  const id = useId();
  return (
    <div className={styles.row}>
      <div>
        <b id={id}>{props.title}</b>
        <p>{props.text}</p>
      </div>
      <div className={styles.choice}>
        <Choice
          labelledBy={id}
          value={props.value}
          options={props.options.map(([value, label]) => ({ value, label }))}
          onChange={props.onChange}
          testId={props.testId}
        />
      </div>
    </div>
  );
}

function About() {
  const nexus = useLink((s) => s.nexus);
  if (!nexus) return null;
  return (
    <p className={styles.about}>
      {t("{{name}} · version {{version}} · listens on {{address}}", {
        name: nexus.name,
        version: nexus.version,
        address: nexus.address,
      })}
    </p>
  );
}
