"""A forge and an index on loopback, for the tests and for the demonstration."""

from . import artifacts
from .documents import document
from .gitrepo import Repository
from .server import Forge
from .world import World

__all__ = ["Forge", "Repository", "World", "artifacts", "document"]
