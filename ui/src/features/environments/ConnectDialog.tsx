/**
 * Connects to another Nexus in two steps: where it is, then its fingerprint to compare and a token to show it. The token
 * is only ever told to the Nexus with the fingerprint that was compared.
 * Not here: the connection itself (the host).
 */
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { EnvironmentBridge, EnvironmentView, ProbeView } from "../../bridge/types";
import { Button } from "../../components/Button";
import { Fingerprint } from "../../components/Fingerprint";
import { Modal } from "../../components/Modal";
import { Notice } from "../../components/Notice";
import { TextField } from "../../components/TextField";
import { Tick } from "../../components/Tick";
import { problemText } from "../../state/problem";
import { plain } from "../../state/text";
import styles from "./Environments.module.css";

const EXAMPLE = "nexus.example.org:8765";

type ConnectProps = {
  open: boolean;
  bridge: Pick<EnvironmentBridge, "probeEnvironment" | "addEnvironment">;
  onClose(): void;
  onConnected(made: EnvironmentView): void;
};

export function ConnectDialog({ open, bridge, onClose, onConnected }: ConnectProps) {
  const { t } = useTranslation();
  const [probe, setProbe] = useState<ProbeView | null>(null);
  const close = () => {
    setProbe(null);
    onClose();
  };
  return (
    <Modal title={t("Connect to another Nexus")} open={open} onClose={close} testId="connect-dialog">
      {open &&
        (probe === null ? (
          <Address bridge={bridge} onFound={setProbe} onCancel={close} />
        ) : (
          <Compare
            bridge={bridge}
            probe={probe}
            onBack={() => setProbe(null)}
            onConnected={(made) => {
              setProbe(null);
              onConnected(made);
            }}
          />
        ))}
    </Modal>
  );
}

type AddressProps = { bridge: ConnectProps["bridge"]; onFound(probe: ProbeView): void; onCancel(): void };

function Address({ bridge, onFound, onCancel }: AddressProps) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  const [address, setAddress] = useState("");
  const { busy, problem, during } = useAsking();
  useEffect(() => field.current?.focus(), []);
  const look = (event: FormEvent) => {
    event.preventDefault();
    if (address.trim() === "") return;
    void during(async () => onFound(await bridge.probeEnvironment(address.trim())));
  };
  return (
    <form className={styles.form} onSubmit={look} noValidate>
      <p>{t("Step 1 of 2. Where the other Nexus listens. Nothing is told to it yet.")}</p>
      <TextField
        ref={field}
        label={t("Address")}
        value={address}
        onChange={setAddress}
        placeholder={EXAMPLE}
        hint={t("Host and port, as its settings show them under “Who may connect”.")}
        problem={problem}
        mono
        testId="connect-address"
      />
      <div className={styles.buttons}>
        <Button onClick={onCancel}>{t("Cancel")}</Button>
        <Button look="primary" type="submit" disabled={busy || address.trim() === ""} data-testid="connect-look">
          {busy ? t("Looking…") : t("Look who answers")}
        </Button>
      </div>
    </form>
  );
}

type CompareProps = {
  bridge: ConnectProps["bridge"];
  probe: ProbeView;
  onBack(): void;
  onConnected(made: EnvironmentView): void;
};

function Compare({ bridge, probe, onBack, onConnected }: CompareProps) {
  const { t } = useTranslation();
  const [same, setSame] = useState(probe.trusted);
  const [name, setName] = useState(plain(probe.address.replace(/:\d+$/, ""), 60));
  const [token, setToken] = useState("");
  const { busy, problem, during } = useAsking();
  const ready = same && token.trim() !== "" && name.trim() !== "";
  const connect = (event: FormEvent) => {
    event.preventDefault();
    if (!ready) return;
    void during(async () =>
      onConnected(await bridge.addEnvironment(name.trim(), probe.address, probe.fingerprint, token.trim())),
    );
  };
  return (
    <form className={styles.form} onSubmit={connect} noValidate>
      <p>
        {probe.trusted
          ? t(
              "Step 2 of 2. {{address}} answers, with a certificate that this machine trusts. Its fingerprint, if you want to compare it:",
              { address: plain(probe.address, 120) },
            )
          : t(
              "Step 2 of 2. {{address}} answers. Compare its fingerprint with what “nexus fingerprint” shows on that machine; only the one that you compared is ever given the token.",
              { address: plain(probe.address, 120) },
            )}
      </p>
      <div className={styles.print}>
        <Fingerprint value={plain(probe.fingerprint, 120)} testId="connect-fingerprint" />
      </div>
      <Tick checked={same} onChange={setSame} testId="connect-same">
        {t("I compared it there, and it is the same")}
      </Tick>
      <TextField
        label={t("Name in this window")}
        value={name}
        onChange={setName}
        maxLength={60}
        testId="connect-name"
      />
      <TextField
        label={t("API token")}
        type="password"
        value={token}
        onChange={setToken}
        hint={t("Made there under Settings, Access. This window can do what the token may do.")}
        mono
        testId="connect-token"
      />
      {problem && (
        <Notice tone="problem" testId="connect-problem">
          {t("Not connected: {{reason}}", { reason: problem })}
        </Notice>
      )}
      <div className={styles.buttons}>
        <Button onClick={onBack}>{t("Back")}</Button>
        <Button look="primary" type="submit" disabled={busy || !ready} data-testid="connect">
          {busy ? t("Connecting…") : t("Connect")}
        </Button>
      </div>
    </form>
  );
}

/** One ask at a time; what was refused stands until the next one. */
function useAsking() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const during = async (work: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (reason) {
      setProblem(problemText(reason));
    }
    setBusy(false);
  };
  return { busy, problem, during };
}
