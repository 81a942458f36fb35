"""`python3 build_installer.py`: everything that a till gets installed, built for the platform this runs on.

The program is packed by PyInstaller into one folder (resources/packaging/pos-terminal.spec), with its licences, a
list of its files with hashes and a bill of materials beside it; from the folder a .deb is made on Linux, and a set-up
program by Inno Setup on Windows. With --check the packed program is started and proves itself.

Like `python3 -m pos_app` it needs Python alone and makes the environment it builds in by itself.
"""

import argparse
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pos_app import __version__
from pos_app.commands import BUILD_LOCK, RUNTIME_LOCK
from pos_app.environment import Environment, SetupError

if TYPE_CHECKING:
    from importlib.metadata import Distribution

PROJECT = Path(__file__).resolve().parent
PACKAGING = PROJECT / "resources" / "packaging"
NAME = "pos-terminal"
MANUAL = "manual"  # the folder in which the packed program looks for its pages (pos_app/cli/manual.py)
PUBLISHER = "The owners of this store"
# What a Debian 12 without a desktop lacks, each proven needed on it; versioned by the C library built against.
DEBIAN_DEPENDS = (
    "libgl1",
    "libegl1",
    "libxkbcommon0",
    "libxkbcommon-x11-0",
    "libdbus-1-3",
    "libfontconfig1",
    "libglib2.0-0 | libglib2.0-0t64",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-keysyms1",
    "libxcb-shape0",
)
DEBIAN_FILES = (
    ("linux/pos-terminal.desktop", "usr/share/applications/pos-terminal.desktop"),
    ("linux/pos-terminal-kiosk.desktop", "usr/share/xsessions/pos-terminal-kiosk.desktop"),
    ("linux/pos-terminal.svg", "usr/share/icons/hicolor/scalable/apps/pos-terminal.svg"),
    ("linux/pos-terminal.service", "usr/lib/systemd/user/pos-terminal.service"),
    ("linux/60-pos-terminal.rules", "usr/lib/udev/rules.d/60-pos-terminal.rules"),
    ("linux/pos-terminal-update.path", "usr/lib/systemd/system/pos-terminal-update.path"),
    ("linux/pos-terminal-update.service", "usr/lib/systemd/system/pos-terminal-update.service"),
    ("linux/launcher", f"usr/bin/{NAME}"),
    ("linux/finish-interrupted", f"usr/lib/{NAME}/finish-interrupted"),
)
CHECK_TIMEOUT_S = 180


class BuildError(Exception):
    """The build cannot go on; the sentence says where and what to do."""


def main(arguments: list[str]) -> int:
    """Build, and check when asked to; the status is 1 when it did not succeed, 3 when the set-up failed."""
    parser = argparse.ArgumentParser(prog="build_installer.py", description=__doc__.split("\n\n")[0])
    parser.add_argument("--out", type=Path, default=PROJECT / ".build", help="where everything goes (default: .build)")
    parser.add_argument("--check", action="store_true", help="start the packed program and let it prove itself")
    parser.add_argument("--folder-only", action="store_true", help="pack the program, make no installer")
    parser.add_argument("--without-manual", action="store_true", help="leave the manual's pages out")
    parser.add_argument("--sign", metavar="COMMAND", help="run on each program and installer made, its path added")
    channel = parser.add_argument_group("the update channel (docs/releasing.md)")
    channel.add_argument("--new-keys", type=Path, metavar="DIR", help="make the keys that sign updates, and end")
    channel.add_argument("--keys", type=Path, metavar="DIR", help="the keys: the program is built to trust them")
    channel.add_argument("--repository", type=Path, metavar="DIR", help="offer what was built to the stores of a ring")
    channel.add_argument("--ring", default="stable", help="which stores (default: stable)")
    channel.add_argument("--notes", default="", help="what is new, in a few words")
    channel.add_argument("--package", type=Path, metavar="FILE", help="offer this one, built before; build nothing")
    channel.add_argument("--apt-key", metavar="KEY", help="also keep an apt repository, signed by this key of GnuPG")
    channel.add_argument("--refresh", action="store_true", help="sign anew what is offered, and end: every night")
    options = parser.parse_args(arguments)
    try:
        Environment(name=".venv-build", program=(os.path.abspath(__file__),)).prepare(
            BUILD_LOCK, window=options.check, arguments=arguments
        )
        if options.new_keys or options.refresh or options.package:
            say(kept_channel(options))
            return 0
        made = build(
            options.out.resolve(),
            check=options.check,
            installer=not options.folder_only,
            sign=options.sign,
            keys=options.keys,
            manual=not options.without_manual,
        )
        if options.repository and made is not None:
            options.package = made
            say(kept_channel(options))
    except SetupError as error:
        print(error, file=sys.stderr)
        return 3
    except (BuildError, OSError, ValueError, subprocess.SubprocessError) as error:
        print(f"The build stopped. {error}", file=sys.stderr)
        return 1
    return 0


def kept_channel(options: argparse.Namespace) -> str:
    """Make keys, offer an installer or sign anew what is offered; what was done. Raises ValueError and OSError."""
    from pos_app.updates.offering import Channel
    from pos_app.updates.publishing import new_keys

    now = datetime.now(UTC)
    if options.new_keys:
        root = new_keys(options.new_keys, now)
        return f"Build programs with --keys {root.parent}: they trust these keys. root.pem goes to a safe."
    if not options.repository or not options.keys:
        raise BuildError("A channel needs --repository and --keys: nothing unsigned is offered.")
    channel = Channel(options.repository, options.keys, now, options.apt_key)
    if options.package is None:
        channel.refresh()
        return f"{options.repository} is signed anew."
    channel.offer(options.package, options.ring, options.notes)
    return f"{options.package.name} is offered to the ring {options.ring} in {options.repository}"


def build(
    out: Path, *, check: bool, installer: bool, sign: str | None, keys: Path | None = None, manual: bool = True
) -> Path | None:
    """All steps in order, each said as it begins; the installer, if one was made. Raises BuildError."""
    out.mkdir(parents=True, exist_ok=True)
    say("packing the program")
    program = freeze(out, keys)
    say("collecting licences")
    collect_licences(program / "licences")
    if manual:
        say("writing the manual")
        write_manual(program / MANUAL)
    write_bill_of_materials(program / "sbom.cdx.json")
    signed(sign, program / executable_name())
    write_file_list(program)
    say(f"{program}: {len(files_below(program))} files, {megabytes(program)} MB")
    if check:
        say("checking the packed program")
        check_program(program)
    if installer and sys.platform.startswith("linux"):
        say("making the Debian package")
        made = signed(sign, make_deb(program, out))
    elif installer and sys.platform == "win32":
        say("making the Windows set-up")
        made = signed(sign, make_windows_setup(program, out))
    else:
        return None
    say(f"{made}: {megabytes(made)} MB")
    return made


# --- the program -----------------------------------------------------------------------------------------------------


def freeze(out: Path, keys: Path | None) -> Path:
    """The folder with the packed program, which trusts updates signed with these keys, or none.

    The same sources give the same bytes: no times, no hash seed of the day.
    """
    work = out / "work"
    work.mkdir(exist_ok=True)
    (work / "version.txt").write_text(windows_version_resource(__version__), encoding="utf-8")
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "ERROR"]
    command += ["--distpath", str(out), "--workpath", str(work), str(PACKAGING / "pos-terminal.spec")]
    variables = {**os.environ, "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": str(source_date())}
    if keys is not None:
        variables["POS_TERMINAL_UPDATE_ROOT"] = str((keys / "root.json").resolve(strict=True))
    if subprocess.call(command, env=variables, cwd=PROJECT):
        raise BuildError("PyInstaller failed; its words are above.")
    return out / NAME


def write_manual(folder: Path) -> None:
    """The documents as pages, which `manual` of the packed program serves. Raises BuildError.

    What writes them is in the developers' environment, which that command makes by itself.
    """
    if subprocess.call([sys.executable, "-m", "pos_app", "manual", str(folder)], cwd=PROJECT):
        raise BuildError("The manual was not written; --without-manual leaves it out.")


def source_date() -> int:
    """Seconds since 1970 of the last change to the sources, or of now outside a repository."""
    try:
        asked = subprocess.run(
            ["git", "log", "-1", "--format=%ct"],  # noqa: S607 - the developer's own git
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=True,
        )
        return int(asked.stdout)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return int(time.time())


def executable_name() -> str:
    """What the program's file is called here."""
    return f"{NAME}.exe" if sys.platform == "win32" else NAME


def signed(command: str | None, path: Path) -> Path:
    """The same path after the signing command had it. Raises BuildError when it refuses."""
    if command and subprocess.call([*command.split(), str(path)]):
        raise BuildError(f"{path.name} could not be signed: {command} failed.")
    return path


def windows_version_resource(version: str) -> str:
    """What Windows shows of the program's file, in the form PyInstaller reads."""
    numbers = (*[int(part) for part in re.findall(r"\d+", version)], 0, 0, 0, 0)[:4]
    strings = {
        "CompanyName": PUBLISHER,
        "FileDescription": "Point of Sale",
        "FileVersion": version,
        "InternalName": NAME,
        "OriginalFilename": f"{NAME}.exe",
        "ProductName": "Point of Sale",
        "ProductVersion": version,
    }
    entries = ", ".join(f"StringStruct({key!r}, {value!r})" for key, value in strings.items())
    return (
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, OS=0x40004, fileType=0x1),\n"
        f"  kids=[StringFileInfo([StringTable('040904B0', [{entries}])]),\n"
        "        VarFileInfo([VarStruct('Translation', [1033, 1200])])])\n"
    )


# --- what lies beside it ---------------------------------------------------------------------------------------------


def packed_distributions() -> Iterator["Distribution"]:
    """The libraries of the runtime lock that this platform installs, by name."""
    from importlib.metadata import PackageNotFoundError, distribution

    lock = (PROJECT / RUNTIME_LOCK).read_text(encoding="utf-8")
    for name in sorted(re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)):
        try:
            yield distribution(name)
        except PackageNotFoundError:  # for another platform, by its marker in the lock
            continue


def collect_licences(folder: Path) -> None:
    """The licence texts of the program, of Python and of every library, each in a folder of its own."""
    folder.mkdir(exist_ok=True)
    shutil.copy(PROJECT / "LICENSE", folder / f"{NAME}.txt")
    python_licence = Path(os.__file__).parent / "LICENSE.txt"
    if python_licence.exists():
        shutil.copy(python_licence, folder / "python.txt")
    lines = []
    for library in packed_distributions():
        files = [file for file in library.files or () if re.search(r"(licen[cs]e|copying|notice)", file.name, re.I)]
        texts = [Path(str(library.locate_file(file))) for file in files if file.suffix not in (".py", ".pyc")]
        for text in texts:
            target = folder / library.metadata["Name"]
            target.mkdir(exist_ok=True)
            shutil.copy(text, target / text.name)
        lines.append(f"{library.metadata['Name']} {library.version}: {licence_of(library)}")
    (folder / "LIBRARIES.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def licence_of(library: "Distribution") -> str:
    """The licence as the library names it: an SPDX expression, or its classifier, or the first line it wrote."""
    data = library.metadata
    classifiers = [line.split("::")[-1].strip() for line in data.get_all("Classifier") or () if line.startswith("Lic")]
    written = (data.get("License") or "").strip().splitlines()
    return data.get("License-Expression") or ", ".join(classifiers) or (written[0] if written else "see its page")


def write_bill_of_materials(path: Path) -> None:
    """What is packed, as CycloneDX 1.6 JSON; without a serial number or time, so that equal builds are equal."""
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.model.license import DisjunctiveLicense
    from cyclonedx.output import make_outputter
    from cyclonedx.schema import OutputFormat, SchemaVersion
    from packageurl import PackageURL

    bom = Bom()
    bom.metadata.component = Component(name=NAME, version=__version__, type=ComponentType.APPLICATION, bom_ref=NAME)
    libraries = []
    for library in packed_distributions():
        name = library.metadata["Name"]
        address = PackageURL("pypi", name=re.sub(r"[-_.]+", "-", name).lower(), version=library.version)
        libraries.append(
            Component(
                name=name,
                version=library.version,
                type=ComponentType.LIBRARY,
                bom_ref=str(address),
                purl=address,
                licenses=[DisjunctiveLicense(name=licence_of(library))],
            )
        )
    bom.components.update(libraries)
    bom.register_dependency(bom.metadata.component, libraries)
    text = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string()
    document = json.loads(text)
    document.pop("serialNumber", None)
    document.get("metadata", {}).pop("timestamp", None)
    path.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def write_file_list(program: Path) -> None:
    """SHA256SUMS: every file with its hash, in the form that sha256sum --check reads."""
    listing = program / "SHA256SUMS"
    listing.unlink(missing_ok=True)
    files = files_below(program)
    hashes = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    lines = [f"{hashes[path]}  {path.relative_to(program).as_posix()}" for path in files]
    listing.write_text("\n".join(lines) + "\n", encoding="utf-8")


# --- proving it ------------------------------------------------------------------------------------------------------


def check_program(program: Path) -> None:
    """The packed program against the sources: the same self-test, the same receipt, a scripted sale on empty data.

    Raises BuildError with what it said.
    """
    executable = str(program / executable_name())
    sources = ran(
        [sys.executable, "-c", "import sys; from pos_app.commands import find; sys.exit(find('selftest').run([]))"]
    )
    packed = ran([executable, "selftest"])
    if receipt_of(packed) != receipt_of(sources):
        raise BuildError(f"The packed program prints another receipt than its sources.\n{packed}\n{sources}")
    with tempfile.TemporaryDirectory(prefix=f"{NAME}-check-") as folder:
        began = time.monotonic()
        ran([executable, "run", "--exit-when-ready", "--data", str(Path(folder, "first"))])
        first_s = time.monotonic() - began
        began = time.monotonic()
        ran([executable, "run", "--exit-when-ready", "--data", str(Path(folder, "first"))])
        again_s = time.monotonic() - began
        sale = ran([executable, "run", "--script", "--data", str(Path(folder, "sale"))])
        if not Path(folder, "sale", "demo", "receipt.bin").exists():
            raise BuildError(f"The packed program made no receipt.\n{sale}")
    say(f"ready to scan and ended: {first_s:.2f} s on empty data, {again_s:.2f} s again")
    say(sale.strip().splitlines()[-2] if len(sale.splitlines()) > 1 else sale)


def ran(command: list[str]) -> str:
    """What a command printed. Raises BuildError when it failed."""
    variables = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        command, cwd=PROJECT, env=variables, capture_output=True, text=True, timeout=CHECK_TIMEOUT_S, check=False
    )
    if done.returncode:
        raise BuildError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def receipt_of(said: str) -> str:
    """The line of a self-test that tells the receipt's hash."""
    return next((line for line in said.splitlines() if "receipt:" in line), said)


# --- installers ------------------------------------------------------------------------------------------------------


def make_deb(program: Path, out: Path) -> Path:
    """A Debian package of the program. It owns no data: neither upgrade nor purge touches what a store wrote.

    Raises BuildError where dpkg-deb is missing.
    """
    if shutil.which("dpkg-deb") is None:
        raise BuildError("dpkg-deb is needed: sudo apt install dpkg-dev")
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    with tempfile.TemporaryDirectory(prefix=f"{NAME}-deb-") as name:
        root = Path(name)
        shutil.copytree(program, root / "opt" / NAME, symlinks=True)
        for source, target in (*DEBIAN_FILES, ("../../LICENSE", f"usr/share/doc/{NAME}/copyright")):
            (root / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PACKAGING / source, root / target)
        shutil.copytree(PACKAGING / "central", root / "usr" / "share" / "doc" / NAME / "central")
        if (program / MANUAL).is_dir():
            (root / "usr" / "share" / "doc" / NAME / MANUAL).symlink_to(f"/opt/{NAME}/{MANUAL}")
        for executable in (root / "usr" / "bin" / NAME, root / "usr" / "lib" / NAME / "finish-interrupted"):
            executable.chmod(0o755)
        (root / "DEBIAN").mkdir()
        (root / "DEBIAN" / "control").write_text(debian_control(root, architecture), encoding="utf-8")
        for script in ("postinst", "prerm", "postrm"):
            shutil.copy(PACKAGING / "linux" / script, root / "DEBIAN" / script)
            (root / "DEBIAN" / script).chmod(0o755)
        for path in root.rglob("*"):
            if path.is_dir():
                path.chmod(0o755)
        package = out / f"{NAME}_{__version__}_{architecture}.deb"
        variables = {**os.environ, "SOURCE_DATE_EPOCH": str(source_date())}
        command = ["dpkg-deb", "--root-owner-group", "-Zzstd", "--build", str(root), str(package)]
        if subprocess.call(command, env=variables, stdout=subprocess.DEVNULL):
            raise BuildError("dpkg-deb failed; its words are above.")
    return package


def debian_control(root: Path, architecture: str) -> str:
    """The package's control file; its C library is the one it was built on, or newer."""
    depends = ", ".join((f"libc6 (>= {platform.libc_ver()[1]})", *DEBIAN_DEPENDS))
    installed_kb = sum(file.stat().st_size for file in files_below(root)) // 1024
    return (
        f"Package: {NAME}\nVersion: {__version__}\nArchitecture: {architecture}\nMaintainer: {PUBLISHER}\n"
        f"Installed-Size: {installed_kb}\nDepends: {depends}\nSection: misc\nPriority: optional\n"
        "Description: In-store point-of-sale terminal with a rewards programme\n"
        " Sells, takes points and other tenders, prints receipts and syncs with the central rewards service.\n"
    )


def make_windows_setup(program: Path, out: Path) -> Path:
    """The set-up program, by Inno Setup. Raises BuildError where it is missing; the script is there all the same."""
    script = out / f"{NAME}.iss"
    script.write_text(windows_setup_script(program, out), encoding="utf-8")
    compiler = shutil.which("ISCC")
    if compiler is None:
        raise BuildError(f"Inno Setup 6 is needed for the set-up (winget install JRSoftware.InnoSetup); see {script}")
    if subprocess.call([compiler, "/Q", str(script)]):
        raise BuildError("Inno Setup failed; its words are above.")
    return out / f"{NAME}-{__version__}-setup.exe"


def windows_setup_script(program: Path, out: Path) -> str:
    """The script of the Windows set-up for this version."""
    text = (PACKAGING / "windows" / "pos-terminal.iss").read_text(encoding="utf-8")
    values = {"VERSION": __version__, "PUBLISHER": PUBLISHER, "OUTPUT": str(out), "PROGRAM": str(program)}
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


# --- words -----------------------------------------------------------------------------------------------------------


def say(line: str) -> None:
    """One step of the build."""
    print(line, flush=True)


def megabytes(path: Path) -> int:
    """Size of a file, or of all below a folder."""
    return round(sum(file.stat().st_size for file in ([path] if path.is_file() else files_below(path))) / 1e6)


def files_below(folder: Path) -> list[Path]:
    """The real files of a folder, sorted."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
