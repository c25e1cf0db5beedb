/** "Add a machine" over whatever the operator does. Not here: the empty map's card, which is always open. */
import { Modal } from "../../components/Modal";
import { t } from "../../i18n";
import { useConsole, useUi } from "../../state/hooks";
import { AddMachine, JoinBody } from "./AddMachine";

export function AddDialog() {
  const { ui } = useConsole();
  const open = useUi((s) => s.adding);
  const close = () => ui.getState().set({ adding: false });
  return (
    <Modal title={t("Add a machine")} open={open} onClose={close} wide untitled testId="add-dialog">
      <AddMachine title={t("Add a machine")} offerSwitch onDone={close} />
    </Modal>
  );
}

/** The line that gives a node a new key; asked for in its drawer. */
export function RekeyDialog() {
  const { ui } = useConsole();
  const join = useUi((s) => s.rekeying);
  const close = () => ui.getState().set({ rekeying: null });
  return (
    <Modal title={t("A new key")} open={join !== null} onClose={close} wide untitled testId="rekey-dialog">
      <JoinBody
        title={t("A new key")}
        lead={t(
          "Run this on that machine. From then on only the new key counts; until then the old one does, unless it was revoked.",
        )}
        offerSwitch={false}
        join={join}
        onDone={close}
      />
    </Modal>
  );
}
