"""Worlds as real export files.

How a world is written (``scene = Scene(plan, society)``):

- in any process, for each part and crawl: ``pieces(scene, crawl, posts, texts, keep)``, bytes that
  depend on nothing else;
- in one process, in the order of the parts: ``writing.add(...)`` with them; first of all, once a
  crawl, with ``account_pieces(scene, crawl)``; at the end ``writing.close()``;
- ``writing.rejects`` is truth/rejects.parquet, ``writing.files`` the files and their records;
- ``study_files(scene, crawls, writing.files, raw="../raw")`` gives study.toml and channels.csv.
"""

from howfar.simulate.export.files import account_pieces, pieces, post_ids
from howfar.simulate.export.piece import Crawl, Piece, Planted, Writing
from howfar.simulate.export.rejects import RejectSettings
from howfar.simulate.export.scene import ExportSettings, Scene
from howfar.simulate.export.study import study_files

__all__ = [
    "Crawl",
    "ExportSettings",
    "Piece",
    "Planted",
    "RejectSettings",
    "Scene",
    "Writing",
    "account_pieces",
    "pieces",
    "post_ids",
    "study_files",
]
