"""Which files a source means."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from howfar.errors import StudyError
from howfar.study.file import FILE_NAME, Study, read_text
from howfar.study.lines import key_lines
from howfar.study.problems import suggest


def source_files(
    study: Study, folder: Path, name: str, dataset_root: Callable[[str], Path] | None = None
) -> list[Path]:
    """The files of one source in the order of their names.

    dataset_root gives the folder of a public data set that a source names. StudyError with the
    source's line where the pattern means no file.
    """
    number = next(i for i, source in enumerate(study.sources) if source.name == name)
    source = study.sources[number]
    root = folder
    if source.dataset is not None:
        if dataset_root is None:
            raise ValueError(f"source {name} needs the root of data set {source.dataset}")
        root = dataset_root(source.dataset)
    exact = root / source.path
    if exact.is_file():  # first, so that a name that holds [ or * can be given as it is
        return [exact]
    anchor = Path(exact.anchor) if exact.is_absolute() else Path()
    files = sorted(p for p in anchor.glob(str(exact.relative_to(anchor))) if p.is_file())
    if files:
        return files
    line = key_lines(read_text(folder / FILE_NAME)).of(("sources", number, "path"))
    beside = [p.name for p in exact.parent.iterdir()] if exact.parent.is_dir() else []
    raise StudyError(
        f'source "{name}": no file matches {source.path}',
        f"{FILE_NAME}:{line}",
        f"a file or glob pattern, relative to {root}",
        suggest(Path(source.path).name, beside) or "put the export there or correct path",
    )
