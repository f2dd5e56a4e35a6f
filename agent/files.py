"""What the operator may put files of their own for, read: flows, letters, guides and keys."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from agent import templates
from agent.alliance.flow import FlowError, FlowFile, with_translations
from agent.alliance.flow import load as load_flow
from agent.alliance.guide import Guide
from agent.alliance.guide import load as load_guide
from agent.alliance.shelf import Shelf
from agent.mail.dkim import Signer
from agent.settings import Settings, SettingsError, shipped
from agent.ways import signers_of

FLOW = "one_to_one"


class Files(NamedTuple):
    """All of them."""

    shelf: Shelf
    letters: templates.Templates
    guides: dict[str, Guide]
    signers: tuple[Signer, ...]


def checked(settings: Settings, name: str = "") -> Files:
    """The flows, the templates, the guides and the keys; what is wrong with any of them is told together.

    `name` is that of a file in the flows folder that new alliances follow instead of the one in the settings. Raises
    SettingsError.
    """
    complaints: list[str] = []
    files: list[FlowFile] = []
    letters, guides = None, None
    signers: tuple[Signer, ...] = ()
    for one in filter(None, (settings.flows.pair, settings.flows.team, settings.flows.bank, name)):
        try:
            files.append(read_flow(settings.flows_folder, one))
        except FlowError as error:
            complaints += error.complaints
    try:
        letters = templates.load(*settings.templates_folders, sure=shipped("templates"))
    except templates.TemplatesError as error:
        complaints += error.faults
    try:
        guides = read_guides(settings.templates_folders)
    except FlowError as error:
        complaints += error.complaints
    try:
        signers = signers_of(settings)
    except SettingsError as error:
        complaints += error.complaints
    known = ("any", *(kind.id for file in files for kind in file.flow.relationships))
    unknown = [k for k in settings.care.help_lines if files and k not in known]
    complaints += [f"care.help_lines.{k}: no flow has this kind; write one of {', '.join(known)}" for k in unknown]
    if complaints or letters is None or guides is None:
        raise SettingsError(tuple(dict.fromkeys(complaints)))
    shelf = Shelf(*files[:3])
    return Files(shelf.holding(files[-1]), letters, guides, signers)


def read_flow(folder: Path, name: str) -> FlowFile:
    """Read a flow of a folder, or the shipped one of this name; raises FlowError with every fault."""
    path = folder / f"{name}.toml"
    return flow_at(path if path.exists() else shipped("flows") / path.name)


def flow_at(path: Path) -> FlowFile:
    """Read a flow's file with its translations; raises FlowError with every fault."""
    try:
        texts = [p.read_text("utf-8") for p in (path, *translations_of(path))]
        return load_flow(with_translations(*texts), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise FlowError((f"{path}: {error.strerror if isinstance(error, OSError) else error}",)) from None


def translations_of(path: Path) -> list[Path]:
    """The translations of a flow's file: they lie beside it in a folder for each language, `de/one_to_one.toml`."""
    return sorted(path.parent.glob(f"*/{path.name}"))


def read_guides(folders: Sequence[Path]) -> dict[str, Guide]:
    """The ideas and tools of these templates, by language; the last folder that has one counts. Raises FlowError."""
    paths = {path.parent.name: path for folder in folders for path in folder.glob("*/guide.toml")}
    try:
        return {tag: load_guide(path.read_text("utf-8"), str(path)) for tag, path in paths.items()}
    except (OSError, UnicodeDecodeError) as error:
        raise FlowError((str(error),)) from None
