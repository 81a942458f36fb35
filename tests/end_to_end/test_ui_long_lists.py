"""A list that is longer than its place: every row can be reached, by keys and by touch."""

from PySide6.QtCore import Qt

from ui.widgets.list_panel import ListRow


def show(counter, count):
    chosen = []
    rows = [ListRow(f"Row {n}", "", lambda n=n: chosen.append(n)) for n in range(1, count + 1)]
    counter.window.side.show_list("Rows", rows)
    return counter.window.side.list_panel, chosen


def names(panel):
    return [row.text() for row in panel.rows if row.isVisible()]


def test_a_list_that_fits_has_no_pages(counter):
    panel, _ = show(counter, 3)
    assert names(panel) == ["Row 1", "Row 2", "Row 3"]
    assert not panel.later.isVisible()


def test_all_rows_are_seen_once_page_by_page(counter):
    panel, _ = show(counter, 25)
    seen = names(panel)
    assert not panel.earlier.isEnabled()
    while panel.later.isEnabled():
        counter.click(panel.later)
        assert all(row.geometry().bottom() < panel.later.y() for row in panel.rows if row.isVisible())
        seen += names(panel)
    assert seen == [f"Row {n}" for n in range(1, 26)]


def test_the_arrow_keys_go_over_the_edge_of_a_page(counter):
    panel, chosen = show(counter, 25)
    counter.press(Qt.Key.Key_Up, Qt.Key.Key_Return)
    assert chosen == [25]
    panel, chosen = show(counter, 25)
    counter.press(Qt.Key.Key_PageDown, Qt.Key.Key_Up, Qt.Key.Key_Return)
    assert chosen == [panel._page_rows]
