"""How far did our international communication carry? Posts measured with error bars."""

from importlib.metadata import version

__version__ = version("howfar")
