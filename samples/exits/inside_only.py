"""A user exit that lets mail go to acme.example alone, and keeps mail of jobs TEST* back."""

from cssmtp.exitcalls import Action, Answer, Call


def check(call: Call) -> Answer:
    """Called for each command and each line; see docs/howto/write-a-user-exit.md."""
    if call.action is Action.FILE and (call.jobname or "").startswith("TEST"):
        return Answer.REJECT_FILE
    if call.action is Action.RCPT and not call.data.lower().rstrip().endswith("acme.example>"):
        return Answer.REJECT_MAIL
    if call.action is Action.DATA:
        return Answer.ACCEPT  # the text is of no interest
    return Answer.AGAIN
