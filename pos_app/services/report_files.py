"""Reports as files for a spreadsheet, and on the receipt printer.

A cell that begins like a formula is text and stays text (CWE-1236): item names and reasons come from outside. A number
is written with its decimals out of whole minor units, never by way of a float.
"""

import csv
import io
import zipfile
from datetime import datetime
from xml.sax.saxutils import escape

from pos_app.domain.receipt_document import Align, Block, Cut, Feed, Logo, Pair, ReceiptDocument, Rule, Text
from pos_app.domain.report import Column, Report, Table, Unit, Value, quantity_words
from pos_app.domain.store import StoreProfile
from pos_app.ports import Formatter

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
ROWS_ON_PAPER = 40
_BOM = "\ufeff"


def value_words(value: Value, unit: Unit, formatter: Formatter) -> str:
    """A value as people read it; empty stays empty."""
    if isinstance(value, str):
        return value
    match unit:
        case Unit.MONEY:
            return formatter.money(value)
        case Unit.QUANTITY:
            whole, point, part = quantity_words(abs(value)).partition(".")
            return f"{'-' if value < 0 else ''}{formatter.points(int(whole))}{point}{part}"
        case Unit.SHARE:
            tenths = (value + 5) // 10
            return f"{tenths // 10}.{tenths % 10} %"
        case _:
            return formatter.points(value)


def plain_number(value: int, unit: Unit, exponent: int) -> str:
    """A value as a number with a full stop; a share is a fraction of 1."""
    digits = {Unit.MONEY: exponent, Unit.QUANTITY: 3, Unit.SHARE: 4}.get(unit, 0)
    if not digits:
        return str(value)
    whole, part = divmod(abs(value), 10**digits)
    return f"{'-' if value < 0 else ''}{whole}.{part:0{digits}d}"


# --- CSV --------------------------------------------------------------------------------------------------------------


def as_csv(report: Report, exponent: int) -> bytes:
    """All tables, one below the other, with an empty line between (RFC 4180, UTF-8 with its mark)."""
    out = io.StringIO(newline="")
    out.write(_BOM)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless(report.title), harmless(report.scope)])
    for table in report.tables:
        writer.writerow([])
        writer.writerow([harmless(table.title)])
        writer.writerow([harmless(column.name) for column in table.columns])
        for row in (*table.rows, *((table.total,) if table.total else ())):
            writer.writerow(
                [
                    harmless(value) if isinstance(value, str) else plain_number(value, column.unit, exponent)
                    for value, column in zip(row, table.columns, strict=True)
                ]
            )
    if report.notes:
        writer.writerow([])
        writer.writerows([harmless(note)] for note in report.notes)
    return out.getvalue().encode()


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe before it says that it is text."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_SIGNS) else text


# --- XLSX -------------------------------------------------------------------------------------------------------------

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOC = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_STYLES = {Unit.TEXT: 0, Unit.COUNT: 3, Unit.POINTS: 3, Unit.MONEY: 4, Unit.QUANTITY: 5, Unit.SHARE: 6}
_BOLD, _TITLE = 1, 2
_BOLD_OF = {3: 7, 4: 8, 5: 9, 6: 10, 0: 1}
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""Files in the archive carry no time, so that the same report is the same bytes."""


def as_xlsx(report: Report, exponent: int) -> bytes:
    """A workbook of one sheet (ECMA-376). Every text is an inline string: no formula can be in it."""
    parts = {
        "[Content_Types].xml": (
            f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            + "".join(
                f'<Override PartName="/xl/{name}.xml" ContentType="application/'
                f'vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
                for name, kind in (("workbook", "sheet.main"), ("sheet", "worksheet"), ("styles", "styles"))
            )
            + "</Types>"
        ),
        "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (
            f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_DOC}"><sheets>'
            f'<sheet name="{_sheet_name(report.title)}" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": _relations(("worksheet", "sheet.xml"), ("styles", "styles.xml")),
        "xl/styles.xml": _style_sheet(exponent),
        "xl/sheet.xml": _sheet(report, exponent),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _EARLIEST), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _relations(*targets: tuple[str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{number}" Type="{_DOC}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _sheet_name(title: str) -> str:
    """At most 31 characters, none of those a sheet's name cannot have."""
    return escape("".join(sign for sign in title if sign not in "[]:*?/\\'")[:31], {'"': "&quot;"})


def _style_sheet(exponent: int) -> str:
    """Plain, bold and title; then whole numbers, money, quantities and shares, plain and bold."""
    money = f"#,##0.{'0' * exponent}" if exponent else "#,##0"
    formats = (0, 0, 0, 3, 164, 165, 10, 3, 164, 165, 10)
    fonts = (0, 1, 2, 0, 0, 0, 0, 1, 1, 1, 1)
    styles = "".join(
        f'<xf numFmtId="{number}" fontId="{face}" fillId="0" borderId="0" xfId="0"'
        ' applyNumberFormat="1" applyFont="1"/>'
        for number, face in zip(formats, fonts, strict=True)
    )
    faces = "".join(
        f'<font>{bold}<sz val="{size}"/><name val="Calibri"/></font>'
        for bold, size in (("", 11), ("<b/>", 11), ("<b/>", 16))
    )
    return (
        f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="{money}"/>'
        f'<numFmt numFmtId="165" formatCode="#,##0.###"/></numFmts><fonts count="3">{faces}</fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
        '</fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(formats)}">{styles}</cellXfs></styleSheet>'
    )


def _sheet(report: Report, exponent: int) -> str:
    plain, bold, title = (0, Unit.TEXT), (_BOLD, Unit.TEXT), (_TITLE, Unit.TEXT)
    lines: list[list[tuple[Value, tuple[int, Unit]]]] = [[(report.title, title)], [(report.scope, plain)]]
    for table in report.tables:
        styles = [(_STYLES[column.unit], column.unit) for column in table.columns]
        strong = [(_BOLD_OF[number], unit) for number, unit in styles]
        lines += [[], [(table.title, bold)], [(column.name, bold) for column in table.columns]]
        lines += [list(zip(row, styles, strict=True)) for row in table.rows]
        if table.total:
            lines.append(list(zip(table.total, strong, strict=True)))
    lines += [[(note, plain)] for note in report.notes]
    rows = "".join(
        f'<row r="{number}">'
        + "".join(_cell(value, number, index, *style, exponent) for index, (value, style) in enumerate(line))
        + "</row>"
        for number, line in enumerate(lines, 1)
    )
    widths = "".join(
        f'<col min="{first}" max="{last}" width="{width}" customWidth="1"/>'
        for first, last, width in ((1, 1, 38), (2, 12, 18))
    )
    return f'{_XML}<worksheet xmlns="{_MAIN}"><cols>{widths}</cols><sheetData>{rows}</sheetData></worksheet>'


def _cell(value: Value, row: int, column: int, style: int, unit: Unit, exponent: int) -> str:
    place = f"{chr(ord('A') + column)}{row}"
    if isinstance(value, int):
        return f'<c r="{place}" s="{style}"><v>{plain_number(value, unit, exponent)}</v></c>'
    text = escape("".join(sign if sign.isprintable() or sign == "\n" else " " for sign in value))
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


# --- paper ------------------------------------------------------------------------------------------------------------


def as_paper(report: Report, profile: StoreProfile, formatter: Formatter, now: datetime) -> ReceiptDocument:
    """The report for the receipt printer: what matters most of a row on the right, the rest below it."""
    blocks: list[Block] = [
        Logo(profile.store_name),
        Text(report.title.upper(), Align.CENTRE, bold=True),
        Text(report.scope, Align.CENTRE),
        Pair("Printed", formatter.date_time(now)),
    ]
    for table in report.tables:
        if table.rows or table.empty:
            blocks += [Rule(), Text(table.title, bold=True), *_table(table, formatter)]
    if report.notes:
        blocks += [Rule(), *(Text(note) for note in report.notes)]
    return ReceiptDocument(report.title, (*blocks, Feed(), Cut()))


def _table(table: Table, formatter: Formatter) -> list[Block]:
    if not table.rows:
        return [Text(table.empty)]
    blocks: list[Block] = []
    main = table.main if table.main >= 0 else _main_column(table.columns)
    for row in table.rows[:ROWS_ON_PAPER]:
        blocks += _row(row, table.columns, main, formatter)
    left_out = len(table.rows) - ROWS_ON_PAPER
    if left_out > 0:
        blocks.append(Text(f"and {left_out} more, on the screen and in the files"))
    if table.total:
        blocks += [Rule(), *_row(table.total, table.columns, main, formatter, bold=True)]
    return blocks


def _main_column(columns: tuple[Column, ...]) -> int:
    """The last amount of money, else the last column."""
    money = [number for number, column in enumerate(columns) if column.unit is Unit.MONEY]
    return money[-1] if money else len(columns) - 1


def _row(
    row: tuple[Value, ...], columns: tuple[Column, ...], main: int, formatter: Formatter, *, bold: bool = False
) -> list[Block]:
    words = [value_words(value, column.unit, formatter) for value, column in zip(row, columns, strict=True)]
    blocks: list[Block] = [Pair(words[0] or columns[0].name, words[main], bold=bold)]
    rest = [
        f"{column.name} {text}".strip()
        for number, (column, text) in enumerate(zip(columns, words, strict=True))
        if number not in (0, main) and text and row[number] != 0
    ]
    if rest:
        blocks.append(Pair(", ".join(rest), "", indent=2))
    return blocks
