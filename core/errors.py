"""Every error of the house, named by what may be done next.

TillError                      a code and facts; the words are made in tui/texts.py
├─ RuleError                   refused by our own rules; nothing changed; choose otherwise
├─ DeviceError
│   ├─ DeviceUnavailable       nothing left us; safe to try again
│   ├─ DeviceRefused           it answered no; final
│   └─ OutcomeUnknown          it left us, no usable answer; NOT safe to repeat
│       └─ RemoteProtocolError the peer broke the protocol once a request was out
├─ StoreError                  selling stops; StoreBusy: nothing was begun, try again
└─ ConfigError                 names file, key and nearest known key; only at start

An AssertionError is a bug of ours: it is caught once, at the top of the till thread.
"""

from typing import ClassVar


class TillError(Exception):
    """Root of the taxonomy: `code` is stable (status stream, help), `facts` go to log and words."""

    code: ClassVar[str] = "till"

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code, facts)
        self.facts = facts

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.code}({told})"


class RuleError(TillError):
    """Refused by our own rules; nothing changed."""

    code = "rule"


class NotAnAmount(RuleError):
    """The text is no amount in kronor."""

    code = "not-an-amount"


class AmountTooLarge(RuleError):
    """The amount does not fit a line, a sale or the control unit's fields."""

    code = "amount-too-large"


class QuantityOutOfRange(RuleError):
    """The quantity is zero, negative, too large or has too many decimals."""

    code = "quantity-out-of-range"


class UnknownArticle(RuleError):
    """No article carries this EAN, PLU or number."""

    code = "unknown-article"


class PriceMissing(RuleError):
    """The article or department is sold at an open price and none was typed."""

    code = "price-missing"


class PriceNotOpen(RuleError):
    """A price was typed before an article that has a fixed one."""

    code = "price-not-open"


class VatRateMissing(RuleError):
    """No rate of this VAT code is valid on this day."""

    code = "vat-rate-missing"


class SaleNotOpen(RuleError):
    """The sale does not take this act in the state it is in."""

    code = "sale-not-open"


class NothingToCorrect(RuleError):
    """No line is left to take away."""

    code = "nothing-to-correct"


class NothingToPay(RuleError):
    """The sale has no line, or nothing remains."""

    code = "nothing-to-pay"


class NothingToRepeat(RuleError):
    """There is no last article to repeat in this sale."""

    code = "nothing-to-repeat"


class TenderExceedsRemaining(RuleError):
    """More than remains was asked for by a tender that gives no change."""

    code = "tender-exceeds-remaining"


class NothingToGiveBack(RuleError):
    """No part is paid, or the last one cannot be undone from here."""

    code = "nothing-to-give-back"


class CashNotWhole(RuleError):
    """Cash is whole kronor: there are no öre coins."""

    code = "cash-not-whole"


class TipBelowAmount(RuleError):
    """The total typed in the tip window is less than the amount asked for."""

    code = "tip-below-amount"


class TipTooLarge(RuleError):
    """The tip is above `tip_max_percent` of the amount asked on that card."""

    code = "tip-too-large"


class CardNotConfigured(RuleError):
    """No card terminal is configured."""

    code = "card-not-configured"


class UnitNotReady(RuleError):
    """The control unit is silent: no new sale, no payment (SKVFS 2014:9 4 kap. 9 §)."""

    code = "unit-not-ready"


class PaymentInProgress(RuleError):
    """A payment is running or its outcome is unknown."""

    code = "payment-in-progress"


class ReportNotAllowed(RuleError):
    """Z is refused while a sale lies between card and control code."""

    code = "report-not-allowed"


class NotYetBuilt(RuleError):
    """The function belongs to a later version and says so."""

    code = "not-yet-built"


class DiskNearlyFull(RuleError):
    """Too little room is left for what follows a payment (reliability F41)."""

    code = "disk-nearly-full"


class IllegalTransition(RuleError):
    """The state table holds no such pair of state and event."""

    code = "illegal-transition"


class DeviceError(TillError):
    """Something a device did or did not do."""

    code = "device"


class DeviceUnavailable(DeviceError):
    """Nothing left us; safe to try again."""

    code = "device-unavailable"


class PaperOut(DeviceUnavailable):
    """The printer said that it has no paper or an open cover, before the first byte."""

    code = "paper-out"


class DeviceRefused(DeviceError):
    """The device answered no; final."""

    code = "device-refused"


class SimulatorRefused(DeviceRefused):
    """The device names itself a simulator and the database is not marked demo."""

    code = "simulator-refused"


class UnitChanged(DeviceUnavailable):
    """Another control unit than the one that signed for this register; nothing was sent to it."""

    code = "unit-changed"


class OutcomeUnknown(DeviceError):
    """The request left us and no usable answer came; NOT safe to repeat as new."""

    code = "outcome-unknown"


class RemoteProtocolError(OutcomeUnknown):
    """The peer broke the protocol; what it sent is kept in the facts, masked."""

    code = "remote-protocol"


class StoreError(TillError):
    """The store cannot be trusted or written: selling stops."""

    code = "store"


class StoreBusy(StoreError):
    """Another program holds the database; nothing was begun, another try is safe."""

    code = "store-busy"


class StoreFull(StoreError):
    """The disk is full; what was being written is not there."""

    code = "store-full"


class StoreDamaged(StoreError):
    """An integrity check, a mode or the journal chain is not as it must be."""

    code = "store-damaged"


class StoreTooNew(StoreError):
    """The file was written by a newer program."""

    code = "store-too-new"


class StoreInUse(StoreError):
    """Another till process holds this data."""

    code = "store-in-use"


class ConfigError(TillError):
    """The configuration is wrong; names file, key and nearest known key."""

    code = "config"
