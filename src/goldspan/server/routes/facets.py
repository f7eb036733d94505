"""What values there are to filter by."""

from __future__ import annotations

from litestar import get

from goldspan.server.deps import Caller, Database, Id
from goldspan.services import facets
from goldspan.services.lookup import schema_of
from goldspan.storage.store import Unit
from goldspan.wire.base import Items
from goldspan.wire.facet import (
    FloatMetrics,
    IntegerMetrics,
    MetadataMetrics,
    QuestionName,
    QuestionOptions,
    SuggestionOptions,
    Term,
    TermsMetrics,
)


@get("/api/v1/metadata-properties/{property_id:str}/metrics")
async def metadata_metrics(db: Database, actor: Caller, property_id: Id) -> MetadataMetrics:
    """Return the values of a metadata property: each with its count, or the least and greatest."""
    found = await db.read(facets.property_facet, actor, property_id)
    if found.terms is not None:
        values = [Term(term=one.term, count=one.count) for one in found.terms]
        return TermsMetrics(total=len(values), values=values)
    least, most = (found.extent.least, found.extent.most) if found.extent else (None, None)
    if found.kind == "float":
        return FloatMetrics(min=least, max=most)
    return IntegerMetrics(
        min=None if least is None else int(least), max=None if most is None else int(most)
    )


@get("/api/v1/datasets/{dataset_id:str}/records/search/suggestions/options")
async def suggestion_options(db: Database, actor: Caller, dataset_id: Id) -> Items[QuestionOptions]:
    """Return, for each question, the agents whose suggestions there are."""

    def read(unit: Unit) -> list[QuestionOptions]:
        agents = facets.suggestion_agents(unit, actor, dataset_id)
        ids = schema_of(unit, dataset_id).question_ids
        return [
            QuestionOptions(
                question=QuestionName(id=ids[name], name=name),
                options=SuggestionOptions(agents=names),
            )
            for name, names in agents.items()
        ]

    return Items(items=await db.read(read))


HANDLERS = [metadata_metrics, suggestion_options]
