"""What a list of the room shows and what is come to from it: groups, settings, lists and their entries."""

from __future__ import annotations

from dataclasses import dataclass

from pos_app.services.set_up.draft import Draft, Place
from pos_app.services.set_up.fields import Entries, Field, Group, Page
from pos_app.services.set_up.values import Writer
from pos_app.services.set_up.words import details, titled
from ui.technician.parts import RowItem

_LONGEST_LINE = 34
"""So many letters of several values stand in a row of the narrowest window; of more their number is told."""

Node = Page | Group | Entries | Field
"""Page: its groups. Group: its settings. Entries: a list of tables, or one of them. Field: several values, or one."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where somebody is: a description, and the place of the file it stands for."""

    node: Node
    place: Place
    title: str
    help: str

    @property
    def is_list(self) -> bool:
        """True for a list that can grow."""
        if isinstance(self.node, Entries):
            return not (self.place and isinstance(self.place[-1], int))
        return isinstance(self.node, Field) and self.node.is_list

    @property
    def is_value(self) -> bool:
        """True for one setting that is typed or chosen."""
        return isinstance(self.node, Field) and not self.node.is_list


def root_of(page: Page) -> Spot:
    """The beginning of a page; a page of one group begins in it."""
    group = page.groups[0]
    if len(page.groups) == 1:
        return Spot(group, group.table, page.name, group.help)
    return Spot(page, (), page.name, "")


def spots_in(spot: Spot, draft: Draft, writer: Writer) -> list[Spot]:
    """What is come to from here, in order."""
    node = spot.node
    if isinstance(node, Page):
        return [Spot(group, group.table, group.name, group.help) for group in node.groups]
    if isinstance(node, Group):
        return [Spot(part, (*spot.place, part.key), part.name, part.help) for part in node.parts]
    if isinstance(node, Entries) and spot.is_list:
        entries = draft.entries(spot.place)
        return [
            Spot(node, (*spot.place, number), titled(node, entry, writer), node.help)
            for number, entry in enumerate(entries)
        ]
    if isinstance(node, Entries):
        return [Spot(field, (*spot.place, field.key), field.name, field.help) for field in node.fields]
    if isinstance(node, Field) and spot.is_list:
        each = node.each
        return [
            Spot(each, (*spot.place, number), writer.shown(each, value), node.help)
            for number, value in enumerate(draft.entries_of(node, spot.place))
        ]
    return []


def row_of(spot: Spot, within: Spot, draft: Draft, writer: Writer) -> RowItem:
    """The row of a spot in the list it stands in."""
    node = spot.node
    changed = draft.get(spot.place) != draft.before(spot.place) if spot.place else False
    ink = "accent" if changed else "ink_2"
    if isinstance(node, Group):
        return RowItem(spot.title, node.help, node.icon)
    if isinstance(node, Entries) and spot.is_list:
        count = len(draft.entries(spot.place))
        return RowItem(spot.title, node.help, "list", ink, str(count))
    if isinstance(node, Entries):
        return RowItem(spot.title, details(node, draft.get(spot.place), writer), "square-pen", ink)
    assert isinstance(node, Field)
    if within.is_list:
        return RowItem(spot.title or "Empty", "", "dot", ink)
    icon = "list" if spot.is_list else "lock" if node.fixed else "pencil" if changed else "chevron-right"
    shown = writer.shown(node, draft.get(spot.place))
    if spot.is_list and len(shown) > _LONGEST_LINE:
        shown = f"{len(draft.entries_of(node, spot.place))} in order"
    return RowItem(spot.title, shown, icon, ink)


def is_held(spot: Spot, draft: Draft) -> str:
    """Why this setting can only be looked at; empty when it can be changed. A new entry's id is chosen once."""
    node = spot.node
    if not isinstance(node, Field):
        return ""
    if node.fixed and not _in_new_entry(spot.place, draft):
        return node.fixed
    if node.kind.value == "id" and len(spot.place) > 1 and not _in_new_entry(spot.place, draft):
        return "It stands on receipts and in the journal, so it stays as it is."
    return ""


def _in_new_entry(place: Place, draft: Draft) -> bool:
    """True inside of an entry that was not saved yet."""
    for depth, key in enumerate(place):
        if isinstance(key, int):
            return draft.is_new(place[:depth], key)
    return False
