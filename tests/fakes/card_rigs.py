"""The three kinds of card terminal, each with a customer, its own account of the money, and ways to go wrong.

Also run as a till of its own that is killed between approval and answer: python card_rigs.py KIND FOLDER [ADDRESS].
"""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from fakes import adyen_terminal as adyen

from hardware.payment_terminal.adyen_local import AdyenLocalTerminal
from hardware.payment_terminal.driver import PaymentDriver
from hardware.payment_terminal.manual import ManualTerminal
from hardware.payment_terminal.nexo_cipher import NexoKey
from hardware.payment_terminal.nexo_line import NexoLine
from hardware.payment_terminal.payment_log import PaymentLog
from hardware.payment_terminal.simulator import Behaviour, SimulatedPaymentTerminal
from pos_app.manual_card import ManualCardPurpose, ManualCardQuestion, SlipEntry
from pos_app.ports import CardOutcome, DeviceState, DeviceStatus

KILLED_PAYMENT = ("payment-killed", 2_500, "USD")


class Rig:
    """What the driver suite asks of a kind of terminal."""

    kind = ""
    terminal: PaymentDriver

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.busy = threading.Event()
        self.restart()

    def on_status(self, status: DeviceStatus) -> None:
        if status.state is DeviceState.BUSY:
            self.busy.set()

    def make(self) -> PaymentDriver:
        """A driver as a till makes it at its start."""
        raise NotImplementedError

    def restart(self) -> None:
        """The till is switched off and on."""
        self.terminal = self.make()

    def customer(self, behaviour: str) -> None:
        """What happens next: approve, decline, lose_answer, hesitate."""
        raise NotImplementedError

    def heal(self) -> None:
        """The line is whole again."""
        self.customer("approve")

    def wait_for_customer(self) -> None:
        """Return once the terminal waits for a card."""
        raise NotImplementedError

    def taken_minor(self) -> int:
        """What the terminal itself took from cards, less what it gave back."""
        raise NotImplementedError

    def kill_till_after_approval(self) -> None:
        """Another till process takes KILLED_PAYMENT and dies when it is approved, before it heard so."""
        child = self.start_till()
        child.wait(60)
        assert child.returncode == -signal.SIGKILL, child.returncode

    def start_till(self, *more: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen([sys.executable, __file__, self.kind, str(self.folder), *more])

    def close(self) -> None:
        pass


class SimulatorRig(Rig):
    kind = "simulator"
    terminal: SimulatedPaymentTerminal

    def make(self) -> SimulatedPaymentTerminal:
        return SimulatedPaymentTerminal(memory=self.folder / "simulator.jsonl", on_status=self.on_status)

    def customer(self, behaviour: str) -> None:
        known = {"approve": Behaviour.APPROVE, "decline": Behaviour.DECLINE, "lose_answer": Behaviour.LOST}
        delay_ms = 60_000 if behaviour == "hesitate" else 0
        self.terminal.set_switches(behaviour=known.get(behaviour, Behaviour.APPROVE), delay_ms=delay_ms)

    def wait_for_customer(self) -> None:
        assert self.busy.wait(30)

    def taken_minor(self) -> int:
        return SimulatedPaymentTerminal(memory=self.folder / "simulator.jsonl").charged_minor()


class AdyenRig(Rig):
    kind = "adyen_local"
    terminal: AdyenLocalTerminal

    def __init__(self, folder: Path) -> None:
        self.stub = adyen.AdyenTerminalStub(adyen.Authority(folder / "authority"))
        super().__init__(folder)

    def make(self) -> AdyenLocalTerminal:
        return adyen_driver(self.folder, self.stub.address, self.on_status)

    def customer(self, behaviour: str) -> None:
        self.stub.fault = {"hesitate": "wait"}.get(behaviour, behaviour)
        self.stub.status_fault = "cut_before" if behaviour == "lose_answer" else ""

    def wait_for_customer(self) -> None:
        assert self.stub.waiting.wait(30)

    def taken_minor(self) -> int:
        return self.stub.charged_minor

    def kill_till_after_approval(self) -> None:
        self.stub.hold_answer = threading.Event()
        child = self.start_till(self.stub.address)
        assert self.stub.approved.wait(60)
        child.kill()
        child.wait(60)
        self.stub.hold_answer.set()

    def close(self) -> None:
        self.terminal.stop()
        self.stub.stop()


def adyen_driver(folder: Path, address: str, on_status: object = None, **settings: float) -> AdyenLocalTerminal:
    """A driver for the stub, quick to give up."""
    key = NexoKey(adyen.KEY_IDENTIFIER, 1, adyen.PASSPHRASE)
    ca_file = folder / "authority" / "ca.pem"
    line = NexoLine(address, ca_file, adyen.CERTIFICATE_NAME, adyen.SALE_ID, adyen.POI_ID, key)
    quick = {"payment_answer_within_s": 30.0, "answer_within_s": 5.0, "ask_again_after_s": 0.02, **settings}
    return AdyenLocalTerminal(line, PaymentLog(folder / "payments.jsonl"), on_status=on_status, **quick)  # type: ignore[arg-type]


class Associate:
    """Somebody at a stand-alone terminal, whose slips are a file."""

    def __init__(self, slips: Path) -> None:
        self.slips = slips
        self.behaviour = "approve"
        self.asked: list[ManualCardQuestion] = []
        self.at_terminal = threading.Event()
        self.dismissed = threading.Event()

    def ask(self, question: ManualCardQuestion) -> SlipEntry | None:
        self.asked.append(question)
        if question.purpose is ManualCardPurpose.SLIP:
            if self.behaviour == "lose_answer":
                return None
            found = [slip for slip in self._slips() if abs(slip["minor"]) == question.amount_minor]
            return self._entry(found[-1]["reference"]) if found else SlipEntry(CardOutcome.CANCELLED)
        self.at_terminal.set()
        if self.behaviour == "hesitate":
            assert self.dismissed.wait(60)
            return SlipEntry(CardOutcome.CANCELLED)
        if self.behaviour == "decline":
            return SlipEntry(CardOutcome.DECLINED, last_four="4242")
        sign = -1 if question.purpose is ManualCardPurpose.REFUND else 1
        reference = f"R{len(self._slips()) + 1:05d}"
        with self.slips.open("a") as file:
            file.write(json.dumps({"minor": sign * question.amount_minor, "reference": reference}) + "\n")
        if self.behaviour == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        return None if self.behaviour == "lose_answer" else self._entry(reference)

    def dismiss(self) -> None:
        self.dismissed.set()

    def taken_minor(self) -> int:
        return sum(slip["minor"] for slip in self._slips())

    def _slips(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.slips.read_text().splitlines()] if self.slips.exists() else []

    @staticmethod
    def _entry(reference: object) -> SlipEntry:
        return SlipEntry(CardOutcome.APPROVED, str(reference), "4242", "visa")


class ManualRig(Rig):
    kind = "manual"

    def __init__(self, folder: Path) -> None:
        self.associate = Associate(folder / "slips.jsonl")
        super().__init__(folder)

    def make(self) -> ManualTerminal:
        return ManualTerminal(self.associate, PaymentLog(self.folder / "payments.jsonl"), on_status=self.on_status)

    def customer(self, behaviour: str) -> None:
        self.associate.behaviour = behaviour

    def wait_for_customer(self) -> None:
        assert self.associate.at_terminal.wait(30)

    def taken_minor(self) -> int:
        return self.associate.taken_minor()


RIGS = {rig.kind: rig for rig in (SimulatorRig, AdyenRig, ManualRig)}


def main(kind: str, folder: Path, address: str = "") -> None:
    terminal: PaymentDriver
    if kind == "adyen_local":
        terminal = adyen_driver(folder, address)
    elif kind == "manual":
        associate = Associate(folder / "slips.jsonl")
        associate.behaviour = "die"
        terminal = ManualTerminal(associate, PaymentLog(folder / "payments.jsonl"))
    else:
        terminal = SimulatedPaymentTerminal(memory=folder / "simulator.jsonl")
        remember = terminal._remember

        def remember_and_die(*taken: object) -> None:
            remember(*taken)  # type: ignore[arg-type]
            os.kill(os.getpid(), signal.SIGKILL)

        terminal._remember = remember_and_die  # type: ignore[method-assign]
    terminal.authorise(*KILLED_PAYMENT)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
