"""The doctor beside a shop that has sold: its witness, and the control unit of its last receipt."""

from pathlib import Path

import pytest

from bench.generate import generate
from tests.contract.test_cli import SHOP, blipp, simulated
from tests.store.test_former_shop import former_shop

SIMULATED = "SIMCC000000000017"


def row(told: str, name: str) -> str:
    (found,) = [one for one in told.splitlines() if one.startswith(name)]
    return found


def test_the_doctor_says_how_the_witness_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    generate(data, 2)
    witness = data / "witness" / "witness.log"
    shop = ("doctor", "--demo", "--data", data)
    assert blipp(*shop) == 0
    assert "finns, har sett rad" in row(capsys.readouterr().out, "Vittne")
    kept = witness.read_text("utf-8")
    with witness.open("a", encoding="utf-8") as ahead:
        ahead.write(f"999999 {'0' * 64} receipt 3\n")
    assert blipp(*shop) == 1
    assert "äldre än sitt vittne" in row(capsys.readouterr().out, "Vittne")
    witness.unlink()
    assert blipp(*shop) == 1
    assert f"Vittnesfilen saknas: {witness}" in row(capsys.readouterr().out, "Vittne")
    witness.write_text(kept, "utf-8")
    witness.chmod(0o600)
    assert blipp(*shop) == 0


def test_the_doctor_holds_the_control_unit_against_the_last_receipt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, file = tmp_path / "data", tmp_path / "shop.toml"
    generate(tmp_path / "same", 3)
    monkeypatch.setattr("bench.generate.UNIT_ID", "SIM0000000000001")
    generate(data, 2)
    with simulated("control-unit", "--http-port", "0") as url:
        shop = SHOP.format(url=url, login="", terminal="none", port=1)
        file.write_text(shop)
        doctor = ("doctor", "--demo", "--config", file, "--data")
        assert blipp(*doctor, data) == 1
        told = row(capsys.readouterr().out, "Kontrollenhet")
        assert f"{SIMULATED} svarar och är redo" in told
        assert "kvitto 2 är från en annan" in told
        file.write_text(
            shop.replace("cleancash-xccsp", f'cleancash-xccsp"\nunit_id = "{SIMULATED}')
        )
        assert blipp(*doctor, data) == 0
        assert "kvitto 2 är från en annan" in row(capsys.readouterr().out, "Kontrollenhet")
        file.write_text(shop)
        assert blipp(*doctor, tmp_path / "same") == 0
        assert "samma som på kvitto 3" in row(capsys.readouterr().out, "Kontrollenhet")


def test_the_doctor_says_that_no_paper_can_be_made_without_temporary_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, file = tmp_path / "data", tmp_path / "shop.toml"
    generate(data, 2)
    file.write_text(SHOP.format(url="http://127.0.0.1:1/xccsp", login="", terminal="none", port=1))

    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("devices.printers.encoder._import_dummy", full)
    assert blipp("doctor", "--demo", "--config", file, "--data", data) == 1
    assert "No space left on device" in row(capsys.readouterr().out, "Skrivare")


def test_the_doctor_holds_the_witness_against_a_former_versions_database_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = former_shop(tmp_path / "shop")
    assert blipp("doctor", "--demo", "--data", shop.folder) == 1
    out = capsys.readouterr().out
    assert "uppgraderas vid nästa start" in row(out, "Databasens form")
    assert "Vittnesfilen saknas" in row(out, "Vittne")
