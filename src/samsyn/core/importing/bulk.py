"""
Many rows at once: staged in a temporary table, compared and written there by the database.

100,000 rows as model objects would take minutes and hundreds of megabytes. Here they are tuples, and three
statements tell exactly how many were new, changed and as before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    marks, waiting = ", ".join(["%s"] * len(columns)), iter(rows)
    with connection.cursor() as cursor:
        # A batch is made before any of it is written: what makes the rows may ask the database, and PostgreSQL
        # answers nothing while it is being copied to.
        while batch := list(islice(waiting, _BATCH)):
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {_STAGE} ({names}) FROM STDIN") as copy:
                    for row in batch:
                        copy.write_row(row)
                continue
            cursor.executemany(f"INSERT INTO {_STAGE} ({names}) VALUES ({marks})", batch)  # noqa: S608 - our own names


@dataclass(frozen=True, slots=True)
class History:
    """
    Where the earlier state of a row goes before it is changed: an append-only table with the same columns.

    `link` is that table's column with the row's number, `copied` the columns that both have, `constants` what is
    written beside them. `counter` is the row's own column with the number of its state; it goes up by one. Rows where
    `locked` is true are never changed by a file.
    """

    model: type[models.Model]
    link: str
    copied: Sequence[str]
    constants: Mapping[str, Any]
    counter: str
    locked: str


def merge(
    model: type[models.Model],
    *,
    key: Sequence[str],
    fields: Sequence[str],
    rows: Iterable[Sequence[Any]],
    only_new: Sequence[str] = (),
    history: History | None = None,
) -> Counts:
    """
    Insert the rows whose key is new, update those that differ, and count both.

    `rows` hold the values of `key`, which a unique constraint covers, then of `fields`, then of `only_new`, which are
    written once and never compared, in that order; a foreign key is given by its id, as `series_id`. A key may stand
    only once among the rows, and the model may have no other required columns without a default in the database.
    """
    by_column = {field.attname: field for field in model._meta.concrete_fields}
    used = [by_column[name] for name in (*key, *fields, *only_new)]
    quote = connection.ops.quote_name
    columns = [quote(str(field.column)) for field in used]
    key_columns, value_columns = columns[: len(key)], columns[len(key) : len(key) + len(fields)]
    table = quote(model._meta.db_table)
    same = " AND ".join(f"t.{column} = s.{column}" for column in key_columns)
    differs = " OR ".join(f"t.{column} IS DISTINCT FROM s.{column}" for column in value_columns)
    changed = f"{same} AND ({differs})"
    sets = ", ".join(f"{column} = s.{column}" for column in value_columns)
    names, staged = ", ".join(columns), ", ".join(f"s.{column}" for column in columns)
    if history is not None:
        counter = quote(str(by_column[history.counter].column))
        locked = quote(str(by_column[history.locked].column))
        left = f"SELECT count(*) FROM {table} AS t, {_STAGE} AS s WHERE {changed} AND t.{locked}"  # noqa: S608 - as below
        changed = f"{changed} AND NOT t.{locked}"
        sets = f"{sets}, {counter} = t.{counter} + 1"
    # Every name comes from the model and is quoted; the values never stand in these texts.
    create = f"CREATE TEMPORARY TABLE {_STAGE} AS SELECT {names} FROM {table} WHERE 1 = 0"  # noqa: S608
    update = f"UPDATE {table} AS t SET {sets} FROM {_STAGE} AS s WHERE {changed}"  # noqa: S608
    known = f"SELECT 1 FROM {table} AS t WHERE {same}"  # noqa: S608
    insert = f"INSERT INTO {table} ({names}) SELECT {staged} FROM {_STAGE} AS s WHERE NOT EXISTS ({known})"  # noqa: S608
    n_left = 0
    # A fault rolls the staging table back with the rest.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(create)
        _fill(columns, _prepared(rows, used))
        cursor.execute(f"SELECT count(*) FROM {_STAGE}")  # noqa: S608
        n_rows = cursor.fetchone()[0]
        if history is not None:
            cursor.execute(left)
            n_left = cursor.fetchone()[0]
            _keep_earlier(cursor, history, f"FROM {table} AS t, {_STAGE} AS s WHERE {changed}", by_column)
        cursor.execute(update)
        updated = cursor.rowcount
        cursor.execute(insert)
        created = cursor.rowcount
        cursor.execute(f"DROP TABLE {_STAGE}")
    return Counts(created=created, updated=updated, unchanged=n_rows - created - updated, left=n_left)


def _keep_earlier(
    cursor: Any, history: History, changed: str, by_column: Mapping[str, models.Field[Any, Any]]
) -> None:
    """Copy the rows that are about to change, as they stand."""
    quote = connection.ops.quote_name
    there = {field.attname: field for field in history.model._meta.concrete_fields}
    names = [*(history.link, history.counter), *history.copied, *history.constants]
    columns = ", ".join(quote(str(there[name].column)) for name in names)
    taken = ["t.id", *(f"t.{quote(str(by_column[name].column))}" for name in (history.counter, *history.copied))]
    given = [there[name].get_db_prep_save(value, connection) for name, value in history.constants.items()]
    marks = ["%s"] * len(given)
    into = f"INSERT INTO {quote(history.model._meta.db_table)} ({columns})"
    cursor.execute(f"{into} SELECT {', '.join([*taken, *marks])} {changed}", given)
