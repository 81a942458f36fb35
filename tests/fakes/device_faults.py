"""The faults that a counter's devices must survive: what each is, and what the till does then."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeviceFault:
    """One row. elsewhere names the tests of a fault that tests/contract/test_device_faults.py does not play itself."""

    number: int
    fault: str
    expected: str
    elsewhere: tuple[str, ...] = ()


FAULTS = (
    DeviceFault(
        1,
        "printer off or absent at the start",
        "the till starts and sells; the job waits and prints by itself when the printer comes",
    ),
    DeviceFault(
        2,
        "wrong host, unknown name, no answer, or another till on the port",
        "told within 3 s with address and cause; busy is not the same as off",
    ),
    DeviceFault(
        3,
        "takes the connection and stops reading",
        "the job ends in doubt after a budget that grows with its bytes; other printers print on",
    ),
    DeviceFault(
        4,
        "the connection is reset in the middle of a receipt",
        "in doubt with the bytes that were sent; not printed again by itself; the next job first ends the cut command",
    ),
    DeviceFault(5, "the printer went off and on while nothing was sent", "the next job is printed, once"),
    DeviceFault(6, "paper out in the middle", "the job waits; after the new roll it goes on and is confirmed, once"),
    DeviceFault(
        7, "paper out before the job", "nothing is sent; the job waits, or another printer takes it; both never do"
    ),
    DeviceFault(8, "paper near its end", "a warning that stays while it prints; written down once for a roll"),
    DeviceFault(9, "cover opened in the middle", "as 6; the words say: close it"),
    DeviceFault(
        10, "the cutter jams", "waits for somebody, who chooses: go on from the cut, or print all of the receipt again"
    ),
    DeviceFault(11, "the print head is hot", "waits, says that it cools, goes on by itself"),
    DeviceFault(12, "a slow printer", "confirmed, not given up"),
    DeviceFault(
        13,
        "a printer that answers nothing: write-only, file, print queue",
        "learnt; jobs end as sent, not confirmed, and nobody is asked about each",
    ),
    DeviceFault(14, "garbage, late and interleaved answers", "read past; the job is still confirmed"),
    DeviceFault(
        15,
        "USB: short writes, unplugged, held by another program",
        "every byte goes out; in doubt when it went away; found again when it is back; busy is said",
    ),
    DeviceFault(
        16, "serial: nobody takes the data, the port vanishes", "bounded in time; said; prints when it is back"
    ),
    DeviceFault(
        17, "the till is killed while it prints", "after the start the paper is in doubt, and none prints by itself"
    ),
    DeviceFault(18, "the same job handed over twice", "printed once"),
    DeviceFault(19, "two tills on one printer", "whole receipts, never mixed"),
    DeviceFault(
        20, "a logo with real-time commands in its dots, a huge one, one of 96 rows", "harmless; in small blocks"
    ),
    DeviceFault(
        21,
        "names with commands, emoji, right-to-left, combining marks, 200 characters",
        "cleaned, wrapped or drawn; amounts stay at the edge",
    ),
    DeviceFault(22, "the wrong code page", "the test page shows the letters; another page is a setting"),
    DeviceFault(
        23,
        "the drawer does not open, or stays open",
        "read from its contact where it is wired; said",
        ("tests/end_to_end/test_ui_drawer_alarm.py::test_a_drawer_left_open_is_said_until_it_is_shut",),
    ),
    DeviceFault(24, "the drawer is wanted while the printer is offline", "refused at once; never opens later"),
    DeviceFault(
        25,
        "garbage, control bytes, endless, empty or cut codes",
        "dropped with a tone of its own and a reason on the screen; the bytes are in the log",
        (
            "tests/end_to_end/test_ui_scanner_settings.py",
            "tests/unit/test_hardware_scanner.py::test_what_is_no_code_is_refused_with_its_reason_and_the_next_code_is_good",
        ),
    ),
    DeviceFault(
        26,
        "two scans 50 ms apart, 20 scans a second",
        "all kept, in order",
        (
            "tests/unit/test_hardware_scanner.py::test_a_simulated_scanner_delivers_a_thousand_scans_in_order",
            "tests/end_to_end/test_ui_scanning.py::test_ten_scans_one_after_the_other_merge_the_same_item_and_show_the_count",
        ),
    ),
    DeviceFault(
        27,
        "one code twice at once",
        "added once, and said; or somebody is asked, as the store likes",
        ("tests/end_to_end/test_ui_items.py::test_a_store_that_wants_to_be_asked_about_a_double_scan_is_asked",),
    ),
    DeviceFault(
        28,
        "a scan during a dialog, a payment, a number",
        "goes where it belongs or is refused; never types, never presses",
        (
            "tests/end_to_end/test_ui_scanning.py::test_a_scan_never_presses_the_button_that_has_the_focus",
            "tests/end_to_end/test_ui_scanning.py::test_no_scan_is_lost_whatever_is_open_at_the_moment",
            "tests/end_to_end/test_ui_scan_anywhere.py::test_five_hundred_scans_in_five_hundred_states",
        ),
    ),
    DeviceFault(
        29,
        "fast typing, slow scanners",
        "typed text stays as it was typed; a scanner's own timing is learned",
        (
            "tests/unit/test_wedge_timing.py",
            "tests/end_to_end/test_ui_scanning.py::test_what_a_person_types_arrives_in_order",
            "tests/end_to_end/test_ui_scanning.py::test_fewer_characters_than_a_code_are_typing_even_when_fast",
        ),
    ),
    DeviceFault(
        30,
        "wrong speed of a scanner's line",
        "the right one is found by trying",
        ("tests/unit/test_hardware_discovery.py",),
    ),
    DeviceFault(
        31,
        "a scanner is unplugged, comes back elsewhere, or is one of two",
        "said, found again by who it is, told apart",
        (
            "tests/unit/test_hardware_scanner_ports.py",
            "tests/unit/test_hardware_scanner.py::"
            "test_a_serial_scanner_reads_refuses_and_comes_back_after_being_unplugged",
        ),
    ),
    DeviceFault(
        32,
        "a wrong check digit, an unknown kind of code",
        "clear words, no guess",
        ("tests/unit/test_scan_codes.py::test_a_code_without_an_item_says_why",),
    ),
    DeviceFault(
        33,
        "the customer's display is absent or vanishes",
        "the sale goes on; no old texts afterwards",
        (
            "tests/unit/test_hardware_line_display.py::"
            "test_a_display_that_comes_late_shows_what_is_so_now_and_none_of_the_old_texts",
        ),
    ),
    DeviceFault(
        34,
        "the card terminal falls silent after it was asked",
        "the payment is unknown until the terminal says; never charged twice",
        (
            "tests/contract/test_payment_terminal_faults.py::"
            "test_a_payment_through_any_faults_is_charged_once_at_most_and_told_truly",
        ),
    ),
)
