"""One family of errors; each message names the culprit, the rule and the fix, and never a person.

The text is plain Chinese because officials read it. Culprits are files, columns, rows, batches,
link numbers and policy keys: never a name, an ID number or a phone.
"""

from __future__ import annotations


class TongchaError(Exception):
    """Base of every error that Tongcha raises on purpose.

    Args:
        culprit: what is wrong (a file, a column, a batch, a link number, a policy key).
        rule: the rule that it breaks.
        fix: what the reader can do about it.
    """

    def __init__(self, culprit: str, rule: str, fix: str) -> None:
        """Build the one-line Chinese message from its three parts."""
        super().__init__(f"{culprit}：{rule}。处理办法：{fix}。")
        self.culprit = culprit
        self.rule = rule
        self.fix = fix


class InputError(TongchaError):
    """A file of the inbox can't be taken in as a whole (unreadable, hostile, a column missing)."""


class SourceError(TongchaError):
    """A batch has no lawful source: `source.yaml` is missing, incomplete or expired."""


class UnknownBatchError(TongchaError):
    """A batch was named that the inbox doesn't hold."""


class PolicyError(TongchaError):
    """A policy file is invalid, or not adopted for what is asked of it."""


class ContractError(TongchaError):
    """A table doesn't keep the contract that `tongcha.tables` declares."""


class ReturnError(TongchaError):
    """A returned workbook can't be accepted as a whole."""


class GateError(TongchaError):
    """Something was about to leave the bureau without all that the gate demands."""


class LedgerError(TongchaError):
    """The ledger is broken, or an event can't be appended to it."""


class HomeError(TongchaError):
    """The home folder or its configuration is missing or unsafe."""
