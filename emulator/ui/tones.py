"""The colour of a row; its columns say the same in words."""

from emulator.documents import GroupStatus, group_status_of
from emulator.outcomes import MailOutcome
from emulator.ui.widgets.queue_table import Tone
from jes.views import GroupView, JobView

_OUTCOMES = {
    "delivered": Tone.GOOD,
    "undeliverable": Tone.BAD,
    "pending": Tone.WARN,
    "retry": Tone.WARN,
    "extended-retry": Tone.WARN,
}
_GROUPS = {GroupStatus.HELD: Tone.HELD, GroupStatus.BUSY: Tone.ACTIVE}
_GOOD = "CC "


def tone_of(row: object) -> Tone:
    """What a row's state deserves."""
    match row:
        case GroupView():
            return _GROUPS.get(group_status_of(row), Tone.PLAIN)
        case JobView():
            if row.active is not None:
                return Tone.ACTIVE
            if row.held:
                return Tone.HELD
            failed = row.retcode is not None and not row.retcode.startswith(_GOOD)
            return Tone.BAD if failed else Tone.PLAIN
        case MailOutcome():
            return _OUTCOMES.get(row.status, Tone.PLAIN)
    return Tone.PLAIN
