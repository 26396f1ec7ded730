"""The configuration file: what is right is read, what is wrong names file, key and nearest key."""

from pathlib import Path

import pytest

from core.card_policy import TipMode
from core.errors import ConfigError
from tui.config import data_dir, demo_config, load_config, merge_over_demo

SHOP = """[shop]
name = "Bagarn AB"
org_no = "556677-8899"
address = ["Storgatan 1", "111 22 Stockholm"]
register_id = "KASSA2"
"""
UNIT = """[control_unit]
driver = "cleancash-serial"
device = "ttyUSB0"
"""
WHOLE = (
    SHOP
    + UNIT
    + """[data]
dir = "data"
[till]
login = "off"
operator = "Anna"
opening_float = "1 000,00"
[terminal]
driver = "westpay-epas"
host = "192.0.2.50"
poi_id = "80000082"
tip = "till"
[printer]
driver = "file"
path = "papers.bin"
width = 32
"""
)


def wrong(tmp_path: Path, text: str) -> dict[str, object]:
    """Give the facts of the error that `text` brings."""
    file = tmp_path / "shop.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert caught.value.facts["file"] == str(file)
    return caught.value.facts


def test_a_whole_file_is_read_with_paths_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "shop.toml"
    file.write_text(WHOLE, "utf-8")
    config = load_config(file)
    assert config.till.opening_float_ore == 100_000
    assert config.terminal.port == 3000
    assert config.terminal.workstation_id == "KASSA2"
    assert config.tip.policy().mode is TipMode.TILL
    assert config.printer.path == tmp_path / "papers.bin"
    assert config.shop.identity().org_no == "5566778899"
    assert config.shop.shop().org_no == "556677-8899"
    assert data_dir(config.data, None, is_demo=False) == tmp_path / "data"
    assert data_dir(config.data, Path("x"), is_demo=False) == Path("x")


@pytest.mark.parametrize("prefix", ["5", "n", "Å", "+", "*", "]]"])
def test_a_scanner_prefix_is_no_key_of_the_till(tmp_path: Path, prefix: str) -> None:
    facts = wrong(tmp_path, f'{WHOLE}\n[scanner]\nprefix = "{prefix}"\n')
    assert facts["key"] == "scanner.prefix"
    assert facts["reason"] == ("a-key" if len(prefix) == 1 else "one-character")


def test_a_card_number_in_the_cashiers_name_is_masked(tmp_path: Path) -> None:
    file = tmp_path / "shop.toml"
    file.write_text(WHOLE.replace('"Anna"', '"Anna 5413330089010434"'), "utf-8")
    assert load_config(file).till.operator == "Anna ************0434"


@pytest.mark.parametrize(
    ("text", "key", "nearest"),
    [
        (WHOLE.replace("poi_id", "poi_idd"), "terminal.poi_idd", "terminal.poi_id"),
        (WHOLE.replace("[printer]", "[pritner]"), "pritner", "printer"),
        (WHOLE + 'footer = ["x"]\n', "printer.footer", "shop.footer"),
        ("opreator = 'x'\n" + WHOLE, "opreator", "till.operator"),
    ],
)
def test_an_unknown_key_names_the_nearest(
    tmp_path: Path, text: str, key: str, nearest: str
) -> None:
    facts = wrong(tmp_path, text)
    assert (facts["reason"], facts["key"], facts["nearest"]) == ("unknown-key", key, nearest)


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ("556677-8899", "556677-8898", "shop.org_no", "check-digit"),
        ("556677-8899", "5566", "shop.org_no", "not-an-org-no"),
        ("KASSA2", "KASSA 2", "shop.register_id", "not-a-register-id"),
        ("KASSA2", "K" * 17, "shop.register_id", "not-a-register-id"),
        ('"Bagarn AB"', "7", "shop.name", "not-a-text"),
        ('"Bagarn AB"', '"Bag\\u001b[2Jarn"', "shop.name", "not-printable"),
        ('["Storgatan 1", "111 22 Stockholm"]', '"Storgatan"', "shop.address", "not-a-list"),
        ("1 000,00", "tusen", "till.opening_float", "not-an-amount"),
        ("1 000,00", "-1", "till.opening_float", "not-an-amount"),
        ('login = "off"', 'login = "pin"', "till.login", "not-yet"),
        ("westpay-epas", "nexo-http", "terminal.driver", "not-yet"),
        ("cleancash-serial", "infrasec-tcs", "control_unit.driver", "not-yet"),
        ("cleancash-serial", "posplus-serial", "control_unit.driver", "not-yet"),
        ('"file"', '"usb"', "printer.driver", "not-yet"),
        ("80000082", "8000", "terminal.poi_id", "not-a-poi-id"),
        ("width = 32", "width = 100", "printer.width", "out-of-range"),
        ("width = 32", "width = true", "printer.width", "not-a-number"),
        ("width = 32", "width = 32.0", "printer.width", "not-a-number"),
        ('device = "ttyUSB0"', "", "control_unit.device", "missing"),
        ('host = "192.0.2.50"', "", "terminal.host", "missing"),
        ('org_no = "556677-8899"', "", "shop.org_no", "missing"),
        ('tip = "till"', "tip_max_percent = 1000", "terminal.tip_max_percent", "out-of-range"),
    ],
)
def test_a_wrong_value_names_its_key(
    tmp_path: Path, old: str, new: str, key: str, reason: str
) -> None:
    assert old in WHOLE
    facts = wrong(tmp_path, WHOLE.replace(old, new))
    assert (facts["key"], facts["reason"]) == (key, reason)


def test_a_misspelt_word_names_the_nearest(tmp_path: Path) -> None:
    facts = wrong(tmp_path, WHOLE.replace("westpay-epas", "westpay"))
    assert (facts["reason"], facts["nearest"]) == ("unknown-word", "westpay-epas")


@pytest.mark.parametrize(
    ("line", "key", "reason"),
    [
        ('url = "http://192.0.2.1/xccsp"', "control_unit.url", "plain-http"),
        ('url = "ftp://127.0.0.1"', "control_unit.url", "not-an-address"),
        ('url = "https://u:p@host/x"', "control_unit.url", "password-in-address"),
        (
            'url = "https://h/x"\npassword_file = "none.txt"',
            "control_unit.password_file",
            "no-such-file",
        ),
        ("", "control_unit.url", "missing"),
    ],
)
def test_the_cloud_unit_is_reached_safely_or_not_at_all(
    tmp_path: Path, line: str, key: str, reason: str
) -> None:
    facts = wrong(tmp_path, f'{SHOP}[control_unit]\ndriver = "cleancash-xccsp"\n{line}\n')
    assert (facts["key"], facts["reason"]) == (key, reason)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/x", "http://localhost/x", "http://[::1]:8/x", "https://h/x"]
)
def test_loopback_and_https_are_taken(tmp_path: Path, url: str) -> None:
    file = tmp_path / "shop.toml"
    file.write_text(f'{SHOP}[control_unit]\ndriver = "cleancash-xccsp"\nurl = "{url}"\n', "utf-8")
    assert load_config(file).control_unit.url == url


@pytest.mark.parametrize(
    "data", [b"= x", b"\xff\xfe", b"x = " + b"9" * 50_000, b"a=" + b"[" * 50_000]
)
def test_what_is_no_toml_is_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "shop.toml"
    file.write_bytes(data)
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert caught.value.facts["reason"] == "not-toml"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "none.toml")
    assert caught.value.facts["file"] == str(tmp_path / "none.toml")
    assert caught.value.facts["reason"] == "no-such-file"


def test_a_file_lies_over_the_demo_key_by_key(tmp_path: Path) -> None:
    file = tmp_path / "over.toml"
    file.write_text('[terminal]\nport = 4711\ntip = "till"\n[data]\ndir = "real"\n', "utf-8")
    config = merge_over_demo(file)
    assert config.terminal.has_endpoint
    assert config.terminal.poi_id == demo_config().terminal.poi_id
    assert config.tip.mode == "till"
    assert not config.printer.has_endpoint
    assert data_dir(config.data, None, is_demo=True).name == "demo"


def test_the_demo_leaves_its_devices_to_be_filled_in() -> None:
    config = demo_config()
    assert config.tip.mode == "terminal"
    devices = (config.terminal, config.control_unit, config.printer)
    assert not any(device.has_endpoint for device in devices)


def test_one_complete_file_serves_a_shop_and_its_demo_apart(tmp_path: Path) -> None:
    file = tmp_path / "blipp.toml"
    file.write_text(SHOP + UNIT + '[data]\ndir = "data"\nwitness = "witness"\n', "utf-8")
    shop, demo = load_config(file).data, merge_over_demo(file).data
    assert data_dir(shop, None, is_demo=False) == tmp_path / "data"
    assert data_dir(demo, None, is_demo=True) == tmp_path / "data" / "demo"
    assert shop.witness == tmp_path / "witness"
    assert demo.witness is None
    assert data_dir(demo, Path("x"), is_demo=True) == Path("x")


def test_the_look_is_dark_unless_the_file_says_light(tmp_path: Path) -> None:
    file = tmp_path / "shop.toml"
    for text, theme in (
        (WHOLE, "dark"),
        (WHOLE.replace("[till]", '[till]\ntheme = "light"'), "light"),
    ):
        file.write_text(text, "utf-8")
        assert load_config(file).till.theme == theme
    assert (
        wrong(tmp_path, WHOLE.replace("[till]", '[till]\ntheme = "pink"'))["known"] == "dark, light"
    )
