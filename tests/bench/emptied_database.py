"""A PostgreSQL database that is made as it was at first, far quicker than another is made."""

from dataclasses import dataclass

REMEMBER = """
    CREATE SCHEMA at_first;
    DO $$ DECLARE name text; kept boolean; BEGIN
        FOR name IN SELECT tablename FROM pg_tables
            WHERE schemaname = 'public' AND tablename <> 'spatial_ref_sys'
        LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO kept;
            IF kept THEN
                EXECUTE format('CREATE TABLE at_first.%I AS SELECT * FROM %I', name, name);
            END IF;
        END LOOP;
    END $$
"""
EMPTY = """
    SET lock_timeout = '20s';
    SET session_replication_role = replica;
    DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT tablename FROM pg_tables
            WHERE schemaname = 'public' AND tablename <> 'spatial_ref_sys'
        LOOP
            EXECUTE format('DELETE FROM %I', name);
        END LOOP;
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'at_first' LOOP
            EXECUTE format('INSERT INTO %I SELECT * FROM at_first.%I', name, name);
        END LOOP;
        FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
            PERFORM setval(quote_ident(name)::regclass, 1, false);
        END LOOP;
    END $$
"""
"""No rule of a table is asked: the audit log would not let itself be emptied."""


@dataclass(frozen=True, slots=True)
class EmptiedDatabase:
    """One database for one test after the other; none may change its tables.

    Its geometry is derived, so that rows of those tables can't be remembered: they are empty.
    """

    address: str

    def remember(self) -> None:
        """Remember what is in it."""
        self._run(REMEMBER)

    def empty(self) -> str:
        """Make it as it was; return its address."""
        self._run(EMPTY)
        return self.address

    def _run(self, statements: str) -> None:
        import psycopg  # noqa: PLC0415 - where it is missing the other tests are collected still

        with psycopg.connect(self.address.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(statements)
