"""What the driver must be told about one terminal and its limits. All times in seconds."""

from core.frozen import frozen


@frozen
class EpasSettings:
    """One Westpay terminal. Limits are the till's own, from terminal-protocols 5.2."""

    host: str
    port: int
    poi_id: str
    """The 8-digit terminal id the merchant owns; every message carries it."""
    workstation_id: str
    """This till's designation."""
    txn_host: str = ""
    """`host:port` of the authorisation host; empty = the terminal's own."""
    config_host: str = ""
    store_id: str = "1"
    operator_language: str = "sv"
    payment_timeout_s: float = 130
    """After this a hint is told; nothing is decided."""
    recovery_after_s: float = 180
    """After this the outcome is called unknown."""
    abort_wait_s: float = 30
    login_timeout_s: float = 120
    keep_alive_s: float = 5
    is_simulator_allowed: bool = False
    connect_timeout_s: float = 3
    query_timeout_s: float = 10
    collect_s: float = 2
    """How long after a login slips of an interrupted payment are waited for (5.3 step 5)."""
    login_patience_s: float = 10
    """How long a payment or a query waits for a login before it says that it cannot be asked."""
    operator_id: str = "1"
    """Named at Login, echoed on slips only; each payment names its own."""
    software_version: str = "0.1.0"
