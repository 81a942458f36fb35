"""Copies of the till's data and their restoration, as people do them: by right, and in somebody's name.

Every call but the checks of rights touches disks: none of them belongs on the GUI thread.
"""

from pos_app.domain.operator import Operator
from pos_app.domain.receipt_document import Align, Cut, Feed, Logo, Pair, QrCode, ReceiptDocument, Rule, Size, Text
from pos_app.domain.rights import Action
from pos_app.domain.store import StoreProfile
from pos_app.ports import Clock, Formatter
from pos_app.ports.backup import RECOVERY_MARK, BackupCopy, BackupPlace, Backups, Progress, RestorePlan
from pos_app.services.approvals import Approval, Approvals

KEY_PAPER = "Recovery key"
"""The title of the one paper that shows it; it stays in no list of papers."""


class BackingUp:
    """The backup of one till."""

    def __init__(
        self,
        backups: Backups,
        approvals: Approvals,
        *,
        operator: Operator,
        clock: Clock,
        formatter: Formatter,
        profile: StoreProfile,
    ) -> None:
        self.backups = backups
        self._approvals = approvals
        self._operator = operator
        self._clock = clock
        self._formatter = formatter
        self._profile = profile

    # --- rights, on any thread ----------------------------------------------------------------------------------------

    def begin(self, approval: Approval | None = None) -> None:
        """Look at the copies and make one. Raises ApprovalNeededError or NotAllowedError."""
        self._approvals.require(Action.BACKUP, detail="Copies of this till's data", approval=approval)

    def may_restore(self, copy: BackupCopy, approval: Approval | None = None) -> None:
        """Make the data that of a copy. Raises ApprovalNeededError or NotAllowedError."""
        at = self._formatter.date_time(copy.made_at.astimezone(self._clock.now().tzinfo))
        self._approvals.require(Action.RESTORE_DATA, detail=f"Restore the copy of {at}", approval=approval)

    def may_choose_place(self, approval: Approval | None = None) -> None:
        """Send copies to another place. Raises ApprovalNeededError or NotAllowedError."""
        self._approvals.require(Action.RESTORE_DATA, detail="Where copies of the data go", approval=approval)

    def may_make_key(self, approval: Approval | None = None) -> None:
        """Make a new recovery key. Raises ApprovalNeededError or NotAllowedError."""
        self._approvals.require(Action.RESTORE_DATA, detail="Make a new recovery key", approval=approval)

    # --- work ---------------------------------------------------------------------------------------------------------

    def make(self, progress: Progress) -> BackupCopy:
        """Make a copy now. Raises WorldError."""
        return self.backups.make("by hand", progress)

    def use_place(self, place: BackupPlace) -> None:
        """Copies go there from now on. Raises WorldError."""
        self.backups.use_place(place, self._operator.operator_id)

    def check(self, copy: BackupCopy, progress: Progress) -> list[str]:
        """What is wrong with a copy that this machine made, reading all of it. Raises WorldError."""
        return self.backups.check(copy, progress)

    def plan(self, copy: BackupCopy, recovery_key: str = "") -> RestorePlan | None:
        """What restoring a copy would do; None when another machine made it, so that it takes the recovery key.

        Raises CashierError for a mistyped key, and WorldError.
        """
        if not recovery_key and not self.backups.opens_here(copy):
            return None
        return self.backups.plan(copy, recovery_key)

    def stage(self, copy: BackupCopy, progress: Progress, recovery_key: str = "") -> None:
        """Prepare the data of a copy for the next start. Raises WorldError."""
        self.backups.stage(copy, self._operator.operator_id, progress, recovery_key)

    def new_key(self) -> ReceiptDocument:
        """A new recovery key, on the only paper that ever shows it."""
        key = self.backups.new_recovery_key(self._operator.operator_id)
        groups = key.split("-")
        return ReceiptDocument(
            KEY_PAPER,
            (
                Logo(self._profile.store_name),
                Text("RECOVERY KEY", Align.CENTRE, bold=True, size=Size.DOUBLE),
                Feed(),
                Pair(self._formatter.date_time(self._clock.now()), f"Till {self._profile.workstation_id}"),
                Pair("Key number", self.backups.recovery_id()),
                Rule(),
                *(Text("-".join(part), Align.CENTRE, bold=True) for part in (groups[:4], groups[4:])),
                QrCode(f"{RECOVERY_MARK}{key}"),
                Rule(),
                Text("Opens every copy made from now on, on any machine. Keep it in the safe, away from the till."),
                Text("It is shown once and printed once. The till does not know it any more."),
                Feed(2),
                Cut(),
            ),
        )
