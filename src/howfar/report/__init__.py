"""Charts, tables, pages and exports, made from published results only."""

from howfar.report.exports import write_exports
from howfar.report.input import ReportInput
from howfar.report.page import render

__all__ = ["ReportInput", "render", "write_exports"]
