"""Fields of features out of the data dictionary, so that a column's meaning has one home."""

from geo_service.export import dictionary
from geo_service.features.columns import Field, Kind

KINDS = {
    dictionary.TEXT: Kind.TEXT,
    dictionary.WHOLE: Kind.INTEGER,
    dictionary.NUMBER: Kind.NUMBER,
    dictionary.FLAG: Kind.FLAG,
    dictionary.TIME: Kind.MOMENT,
}


def fields_of(table: dictionary.Table, *names: str) -> tuple[Field, ...]:
    """Describe columns of a table as fields.

    Parameters
    ----------
    table : Table
        Of the dictionary.
    names : str
        Of its columns, in the order wanted. Raises nothing for those it has.
    """
    columns = {column.name: column for column in table.columns}
    return tuple(
        Field(name, KINDS[columns[name].type], columns[name].meaning, columns[name].unit)
        for name in names
    )
