/**
 * What the operator may set. Every switch writes at once; a refusal is told here and the switch goes back.
 * Not here: who else may ask (given by the caller).
 */
import { type ReactNode, useId } from "react";
import type { SettingsView as Settings, SettingsPatch } from "../../bridge/types";
import { Choice } from "../../components/Choice";
import { Notice } from "../../components/Notice";
import { Toggle } from "../../components/Toggle";
import { useConsole, useLink, useSettings } from "../../state/hooks";
import styles from "./SettingsView.module.css";

export function SettingsView({ access }: { access: ReactNode }) {
  const { settings: store } = useConsole();
  const settings = useSettings((s) => s.settings);
  const problem = useSettings((s) => s.problem);
  const save = (patch: SettingsPatch) => void store.getState().save(patch);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={styles.page} data-testid="settings-page" tabIndex={0} aria-label="Settings">
      <div className={styles.column}>
        <h1>Settings</h1>
        <Notices settings={settings} problem={problem} />
        {settings && (
          <>
            <Look settings={settings} save={save} />
            <Host settings={settings} save={save} />
          </>
        )}
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
      {settings?.restartNeeded && <Notice tone="warning">A change takes effect when the app is started again.</Notice>}
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
    <section className={styles.section} aria-label="Appearance">
      <h2>Appearance</h2>
      <Pick
        title="Theme"
        text="Night sky, or the same chart printed on paper."
        value={settings.theme}
        testId="theme"
        options={[
          ["system", "Like the system"],
          ["dark", "Dark"],
          ["light", "Light"],
        ]}
        onChange={(theme) => save({ theme: theme as Settings["theme"] })}
      />
      <Pick
        title="Reduced motion"
        text="Cuts instead of flights, no comets and no rings."
        value={settings.reducedMotion}
        testId="reduced-motion"
        options={[
          ["system", "Like the system"],
          ["on", "Reduced"],
          ["off", "Full"],
        ]}
        onChange={(reducedMotion) => save({ reducedMotion: reducedMotion as Settings["reducedMotion"] })}
      />
    </section>
  );
}

function Host({ settings, save }: PartProps) {
  return (
    <section className={styles.section} aria-label="This machine">
      <h2>This machine</h2>
      <Flip
        title="Keep running in the tray"
        text="Closing the window leaves the Nexus and its nodes connected."
        checked={settings.keepInTray}
        onChange={(keepInTray) => save({ keepInTray })}
        testId="keep-in-tray"
      />
      <Flip
        title="Run a spore here"
        text="This machine is a node of its own swarm."
        checked={settings.runLocalSpore}
        onChange={(runLocalSpore) => save({ runLocalSpore })}
        testId="run-local-spore"
      />
      <Flip
        title="Listen on the network"
        text="Off: only this machine can connect. On: any machine that can reach this one may knock; only those with a join line come in."
        checked={settings.exposed}
        onChange={(exposed) => save({ exposed })}
        testId="listen"
      />
      {settings.exposed && (
        <div className={styles.warn}>
          <Notice testId="listen-note">
            Every connection is encrypted, and both sides prove their keys before anything is said. A join line lets in
            as many machines as it says, for as long as it says; the API wants a token. A firewall may still stand in
            the way.
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
      {nexus.name} · version {nexus.version} · listens on {nexus.address}
    </p>
  );
}
