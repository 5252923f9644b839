"""
Many rows at once: staged in a temporary table, compared and written there by the database.

100,000 rows as model objects would take minutes and hundreds of megabytes. Here they are tuples, and three
statements tell exactly how many were new, changed and as before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models, transaction

from samsyn.core.importing.result import Counts

_BATCH = 5_000
_STAGE = "samsyn_import_stage"
# These are stored as they are; the rest go through the field, which knows the database's form.
_PLAIN = (models.CharField, models.TextField, models.IntegerField, models.FloatField)


def _converter(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    if isinstance(field, _PLAIN) or field.is_relation:
        return None
    return lambda value: None if value is None else field.get_db_prep_save(value, connection)


def _prepared(
    rows: Iterable[Sequence[Any]], fields: Sequence[models.Field[Any, Any]]
) -> Iterable[Sequence[Any]]:
    converters = [(place, made) for place, field in enumerate(fields) if (made := _converter(field))]
    for row in rows:
        cells = list(row)
        for place, convert in converters:
            cells[place] = convert(cells[place])
        yield cells


def _fill(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {_STAGE} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(columns))
        waiting = iter(rows)
        while batch := list(islice(waiting, _BATCH)):
            cursor.executemany(f"INSERT INTO {_STAGE} ({names}) VALUES ({marks})", batch)  # noqa: S608 - our own names


def merge(
    model: type[models.Model], *, key: Sequence[str], fields: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Counts:
    """
    Insert the rows whose key is new, update those that differ, and count both.

    `rows` hold the values of `key`, which a unique constraint covers, and then of `fields`, in that order; a
    foreign key is given by its id, as `series_id`. A key may stand only once among the rows, and the model
    may have no other required columns.
    """
    by_column = {field.attname: field for field in model._meta.concrete_fields}
    used = [by_column[name] for name in (*key, *fields)]
    quote = connection.ops.quote_name
    columns = [quote(str(field.column)) for field in used]
    key_columns, value_columns = columns[: len(key)], columns[len(key) :]
    table = quote(model._meta.db_table)
    same = " AND ".join(f"t.{column} = s.{column}" for column in key_columns)
    differs = " OR ".join(f"t.{column} IS DISTINCT FROM s.{column}" for column in value_columns)
    sets = ", ".join(f"{column} = s.{column}" for column in value_columns)
    names, staged = ", ".join(columns), ", ".join(f"s.{column}" for column in columns)
    # Every name comes from the model and is quoted; the values never stand in these texts.
    create = f"CREATE TEMPORARY TABLE {_STAGE} AS SELECT {names} FROM {table} WHERE 1 = 0"  # noqa: S608
    update = f"UPDATE {table} AS t SET {sets} FROM {_STAGE} AS s WHERE {same} AND ({differs})"  # noqa: S608
    known = f"SELECT 1 FROM {table} AS t WHERE {same}"  # noqa: S608
    insert = f"INSERT INTO {table} ({names}) SELECT {staged} FROM {_STAGE} AS s WHERE NOT EXISTS ({known})"  # noqa: S608
    # A fault rolls the staging table back with the rest.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(create)
        _fill(columns, _prepared(rows, used))
        cursor.execute(f"SELECT count(*) FROM {_STAGE}")  # noqa: S608
        n_rows = cursor.fetchone()[0]
        cursor.execute(update)
        updated = cursor.rowcount
        cursor.execute(insert)
        created = cursor.rowcount
        cursor.execute(f"DROP TABLE {_STAGE}")
    return Counts(created=created, updated=updated, unchanged=n_rows - created - updated)
