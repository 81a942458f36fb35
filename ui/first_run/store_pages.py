"""The first steps: what the store is called, where it is and what it owes, and who manages it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from pos_app.ports.first_run import CountryPreset, FirstRunDesk, Step
from pos_app.services.goods.fields import Choice, ProductField
from ui.first_run.step_page import StepPage

if TYPE_CHECKING:
    from ui.background import Background


class StorePage(StepPage):
    """Name, address and numbers."""

    title = "Your store"
    icon = "store"
    step = Step.STORE
    words = "This stands on every receipt. The two numbers stay; the rest can be changed later."

    def __init__(self, desk: FirstRunDesk, background: Background, parent: QWidget) -> None:
        super().__init__(desk, background, parent)
        self.add_field("store_name", "Name of the store", "as customers know it")
        self.add_field("address", "Street and number")
        self.add_field("city", "City and postal code")
        self.add_field("phone", "Telephone", "may stay empty")
        self.add_field("store_id", "Store number", "001 for your only store")
        self.add_field("workstation_id", "Till number", "01 for the first till")

    def fill(self, values: Mapping[str, str]) -> None:
        """A single store with one till, unless somebody says otherwise."""
        super().fill({"store_id": "001", "workstation_id": "01", **values})
        for name in ("store_id", "workstation_id"):
            self.fields[name].setEnabled(not self.desk.numbers_are_fixed)


class MoneyPage(StepPage):
    """Country, currency, time and taxes."""

    title = "Country and taxes"
    icon = "landmark"
    step = Step.MONEY
    words = "The taxes are examples of what is usual there. Check them with whoever does your books."

    def __init__(self, desk: FirstRunDesk, background: Background, parent: QWidget) -> None:
        super().__init__(desk, background, parent)
        countries = tuple(Choice(one.code, one.name) for one in desk.countries)
        self.country = self.add_choice(ProductField("country", "Country", choices=countries))
        self.add_field("currency", "Currency", "three letters, such as USD")
        self.zone = self.add_choice(ProductField("time_zone", "Time zone", choices=()))
        yes_no = (Choice("", "No: tax comes on top"), Choice("1", "Yes: tax is in the price"))
        self.add_choice(ProductField("included", "Do prices contain the tax?", choices=yes_no))
        for number, name in ((1, "First tax"), (2, "Second tax")):
            self.add_field(f"tax_{number}_name", f"{name} (example)", "empty for none")
            self.add_field(f"tax_{number}_rate", "Rate in percent (example)", "such as 8.25")
        self.country.picked = self._another_country

    def _preset(self, code: str) -> CountryPreset:
        return next((one for one in self.desk.countries if one.code == code), self.desk.countries[0])

    def fill(self, values: Mapping[str, str]) -> None:
        """The country of this machine's time zone at first."""
        zone = self.desk.local_zone
        here = next((one.code for one in self.desk.countries if zone in one.time_zones), self.desk.countries[0].code)
        code = values.get("country", here)
        self.country.show_value(code)
        self._use(self._preset(code))
        super().fill(values)

    def _another_country(self) -> None:
        self._use(self._preset(self.country.value))

    def _use(self, preset: CountryPreset) -> None:
        zones = tuple(Choice(zone, zone.partition("/")[2].replace("_", " ")) for zone in preset.time_zones)
        self.zone.ask_for(ProductField("time_zone", "Time zone", choices=zones))
        local = self.desk.local_zone
        self.show_value("time_zone", local if local in preset.time_zones else preset.time_zones[0])
        self.show_value("currency", preset.currency)
        self.show_value("included", "1" if preset.included else "")
        for number in (1, 2):
            tax = preset.taxes[number - 1] if number <= len(preset.taxes) else None
            self.show_value(f"tax_{number}_name", tax.name if tax else "")
            self.show_value(f"tax_{number}_rate", tax.rate if tax else "")


class ManagerPage(StepPage):
    """The first manager's number and PIN."""

    title = "The manager"
    icon = "key-round"
    step = Step.MANAGER
    words = "Whoever manages the store signs on with a number and a PIN. Others are added later."

    def __init__(self, desk: FirstRunDesk, background: Background, parent: QWidget) -> None:
        super().__init__(desk, background, parent)
        self.add_field("manager_name", "Name at the till")
        self.add_field("manager_number", "Number to sign on with")
        self.pin = self.add_field("pin", "PIN", "six digits", secret=True)
        self.again = self.add_field("again", "PIN again", secret=True)

    def fill(self, values: Mapping[str, str]) -> None:
        """The PIN is asked for every time."""
        super().fill({"manager_name": "Manager", "manager_number": "1", "pin": "", "again": "", **values})

    def go_on(self) -> None:
        """The PIN is kept as a proof of it only."""
        values = self.values
        if values["pin"] != values["again"]:
            self.blame("again", "The two PINs differ. Type the same one twice.")
            return
        self.attempt(
            lambda: self.desk.keep_manager(values["manager_name"], values["manager_number"], values["pin"]),
            lambda _: self.done.emit(),
            "Making the till's encrypted data ...",
        )

    def blame(self, name: str, words: str) -> None:
        """The desk calls the fields by shorter names."""
        super().blame({"name": "manager_name", "number": "manager_number"}.get(name, name), words)
