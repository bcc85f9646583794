"""The streets that a profile uses, as features; for files, and in no catalogue."""

from functools import partial

import numpy as np

from geo_service.export.dictionary import STREETS
from geo_service.export.frames import edge_lines, edge_names, texts
from geo_service.features.columns import Column, Features, Field, Kind
from geo_service.features.meridian import cut_at_meridian
from geo_service.flows.collections.collection import Collection, Shape, Sight
from geo_service.flows.collections.described import fields_of
from geo_service.flows.wiring import Workspace
from geo_service.streets.profile import Profile

FIELDS = (
    *fields_of(STREETS, "name"),
    Field("name_en", Kind.TEXT, "The street's name in English."),
    *fields_of(STREETS, "highway"),
    Field("forward", Kind.FLAG, "Whether the profile may take it from its start to its end."),
    Field("backward", Kind.FLAG, "Whether the profile may take it from its end to its start."),
    Field("length_m", Kind.NUMBER, "How long it is.", "m"),
    Field("duration_s", Kind.NUMBER, "How long the profile takes for it, either way.", "s"),
)


def streets_of(profile: Profile) -> Collection:
    """Describe the streets of a profile. Raises nothing."""
    return Collection(
        name="streets",
        title="Streets",
        description="The street edges of a profile's main component, each once.",
        shape=Shape.LINE,
        id_name="edge_id",
        fields=FIELDS,
        read=partial(_read, profile),
        called=("name", "name_en"),
        sort="highway",
    )


def _read(profile: Profile, workspace: Workspace, _: Sight) -> Features:
    network = workspace.streets(profile).network
    edges = np.arange(network.edges, dtype=np.int64)
    names = edge_names(network, edges)
    ids = names.pop("edge_id")
    order = np.argsort(ids, kind="stable")
    names["name_en"] = texts(network.names_en[index] for index in network.edge_name)
    figures = {
        "forward": network.edge_forward,
        "backward": network.edge_backward,
        "length_m": network.edge_length_mm / 1000.0,
        "duration_s": network.edge_time_ms / 1000.0,
    }
    whole = np.zeros(len(ids), dtype=np.bool_)
    blank = {name: np.array([not text for text in told], np.bool_) for name, told in names.items()}
    columns = {
        one.name: Column(
            one.kind,
            np.asarray({**names, **figures}[one.name])[order],
            blank.get(one.name, whole)[order],
        )
        for one in FIELDS
    }
    return Features(ids[order], cut_at_meridian(edge_lines(network, edges)[order]), FIELDS, columns)
