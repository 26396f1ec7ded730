"""One fact from a device to the service that takes it; nothing else.

The terminal's own words (display, questions, events, slips) change only what the screen shows,
except slips, which are stored before anything else (terminal-protocols 2.9).
"""

from core import events as ev
from core import facts as f
from core.card import CardSlip, PromptAnswer, SlipCopy
from core.checkout import SaleState
from core.effects import AbortCard, AnswerPrompt
from core.errors import SaleNotOpen
from core.services import copies, doubt, late, payment, printing, signing
from core.services.slips import keep_slip
from core.services.steps import ask_again_about_doubt
from core.services.till import Attention, Till


def take_fact(till: Till, fact: f.Fact) -> None:
    """Take one fact; what follows from it is durable when this returns."""
    match fact:
        case f.CardAnswered():
            payment.take_answer(till, fact)
        case f.CardNotSent():
            payment.take_not_sent(till, fact.service_id, fact.text)
        case f.CardAnswerLost():
            payment.take_lost(till, fact.service_id, fact.text)
        case f.CardQueried():
            doubt.take_query(till, fact)
        case f.CardQueryFailed():
            doubt.take_query_failure(till, fact)
        case f.LastTransactionTold():
            till.terminal.must_tell_last = False
        case f.CardReversed():
            if not late.take_reversal(till, fact):
                doubt.take_reversal(till, fact)
        case f.CardReversalLost():
            if not late.take_reversal_lost(till, fact.service_id):
                doubt.take_reversal_lost(till, fact.service_id)
        case f.UnitPolled():
            signing.take_poll(till, fact)
            copies.go_on(till)
        case f.UnitSilent():
            signing.take_silence(till, fact)
        case f.RecordSigned():
            if not copies.take_signature(till, fact):
                signing.take_signature(till, fact)
        case f.SigningFailed():
            if not copies.take_failure(till, fact):
                signing.take_signing_failure(till, fact)
        case f.PaperPrinted():
            printing.take_printed(till, fact)
        case f.PaperRefused():
            printing.take_refused(till, fact)
        case f.PrintLost():
            printing.take_print_lost(till, fact)
        case f.PrinterConditionChanged():
            printing.take_condition(till, fact.condition)
        case _:
            _take_terminal_word(till, fact)


def _take_terminal_word(till: Till, fact: f.Fact) -> None:
    """Take what the terminal says unasked."""
    terminal = till.terminal
    match fact:
        case f.TerminalStateChanged():
            terminal.state, terminal.text = fact.state, fact.text
            if fact.state in (f.TerminalState.UNREACHABLE, f.TerminalState.REFUSED):
                terminal.prompt = None
        case f.TerminalShowed():
            terminal.lines = fact.lines
        case f.TerminalAsked():
            terminal.prompt = fact.prompt
            terminal.lines = fact.prompt.lines
        case f.SlipArrived():
            _take_slip(till, fact)
        case f.ForeignAnswer():
            till.note_alone(
                "answer-ignored",
                service_id=fact.service_id,
                category=fact.category,
                text=fact.text,
            )
        case _:
            return


def _take_slip(till: Till, fact: f.SlipArrived) -> None:
    """Store a slip; a merchant copy that needs a signature prints at once, before the code."""
    slip = fact.slip
    with till.store.unit_of_work() as uow:
        is_new = keep_slip(till, uow, slip)
        if is_new and slip.copy is SlipCopy.MERCHANT and slip.needs_signature:
            printing.queue_paper(till, uow, "slip", slip.service_id, slip)
        uow.commit()
    if slip.kind == "reversal":
        if slip.copy is SlipCopy.CUSTOMER and slip.status == "approved":
            till.terminal.reversal_slip = slip
    elif slip.copy is SlipCopy.MERCHANT and slip.needs_signature:
        till.terminal.slip = slip
    _tell_outside(till, slip, is_new=is_new)
    if is_new:
        ask_again_about_doubt(till)
        late.take_late_slip(till, slip)
    printing.start_next_paper(till)


def _tell_outside(till: Till, slip: CardSlip, *, is_new: bool) -> None:
    """Tell of a slip that belongs to no payment that runs: kept, and no sale is moved by it."""
    if slip.kind != "purchase" or (till.sale is not None and till.sale.current_tender is not None):
        return
    owner = till.store.sale_of_service(slip.service_id) if slip.service_id else None
    is_present = till.sale is not None and owner is not None and owner.sale_id == till.sale.sale_id
    if is_new and is_present:
        return
    facts: tuple[tuple[str, str | int], ...] = (
        ("total_ore", slip.total_ore),
        ("at", slip.at),
        ("card", slip.masked_pan),
        ("receipt_no", owner.receipt_no if owner is not None else 0),
    )
    till.slip_told = Attention("slip-outside-sale", (*facts, ("is_new", int(is_new))))


def abort_card(till: Till) -> None:
    """Ask the terminal to stop; the answer to the payment tells whether it did.

    Durable before it is asked: an approval that comes all the same is held (docs/decisions/009).
    """
    sale = till.sale
    tender = sale.current_tender if sale else None
    if sale is None or tender is None or till.state is not SaleState.AUTHORIZING:
        raise SaleNotOpen(state=str(till.state))
    till.settle(ev.CardAbortAsked(sale.sale_id, tender.service_id))
    till.terminal.is_abort_asked = True
    till.effects.append(AbortCard(tender.service_id))


def answer_prompt(till: Till, prompt_id: str, text: str) -> None:
    """Answer the terminal's question; an answer to another question is refused."""
    prompt = till.terminal.prompt
    if prompt is None or prompt.prompt_id != prompt_id:
        raise SaleNotOpen(state="no question")
    shown = text if prompt.is_yes_no else "typed"
    till.note_alone("prompt-answered", prompt_id=prompt_id, answer=shown)
    till.terminal.prompt = None
    till.terminal.is_signature_refused = prompt.is_signature and text == "no"
    till.effects.append(AnswerPrompt(PromptAnswer(prompt.service_id, prompt_id, text)))
