"""The command line: one command a file."""

from howfar.cli.app import main

__all__ = ["main"]
