"""The question: the study file, the registry of channels, events."""

from howfar.study.channel import Channel
from howfar.study.channels import load_channels
from howfar.study.file import Study, load_study
from howfar.study.registry import Registry

__all__ = ["Channel", "Registry", "Study", "load_channels", "load_study"]
