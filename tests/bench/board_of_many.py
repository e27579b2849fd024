"""A database with as many dossiers as P11 asks for: copies of one, with people made by chance."""

from typing import Final

import asyncpg
from sqlalchemy import text

from dossier.main import VIEWS
from shared.db.database import Database
from shared.kafka.view_schema import prepare_views
from tests.dossier.builders import CODE, hear_dossier

OFFICE: Final = "H34.10"
_BELOW: Final = [f"{OFFICE}.{number:02}" for number in range(1, 5)]
_OTHERS: Final = [f"H34.2{number}" for number in range(5)]
_AGENCIES: Final = [OFFICE, *_BELOW, *_OTHERS]
"""Ten agencies with a tenth of the dossiers each; the first one's staff see five of them."""
_FAMILIES: Final = (
    "nguyen nguyen nguyen nguyen nguyen nguyen nguyen nguyen tran tran tran le le pham hoang phan"
    " vu dang bui do ho ngo"
)
_MIDDLES: Final = "van thi duc huu minh ngoc thanh quoc xuan dinh"
_GIVEN: Final = (
    "anh binh chi dung giang ha hanh hieu hoa hung huong khanh lan linh long mai nam nga ngan"
    " nhung oanh phuc phuong quan quynh son tam thao thuy tien trang trinh tuan uyen viet yen"
)

_MADE: Final = """
CREATE TEMP TABLE made (n bigint, code text, at timestamptz, agency text, words text[], phone text)
"""
_MAKE: Final = """
INSERT INTO made
SELECT n, 'H34.10-' || to_char(date '2026-01-01' + (n % 320)::int, 'YYMMDD') || '-'
    || lpad(n::text, 7, '0'),
  timestamptz '2026-11-24 03:00+00' - n * (interval '270 days' / $1::bigint),
  drawn($2::text[], 'a' || n),
  ARRAY[drawn(string_to_array($3, ' '), 'f' || n), drawn(string_to_array($4, ' '), 'm' || n),
        drawn(string_to_array($5, ' '), 'g' || n)],
  '09' || lpad((n * 104729 % 100000000)::text, 8, '0')
FROM generate_series(1, $1::bigint) n
"""
_FUNCTIONS: Final = """
CREATE FUNCTION pg_temp.drawn(words text[], chance text) RETURNS text IMMUTABLE LANGUAGE sql
  AS 'SELECT words[1 + abs(hashtext(chance)::bigint % cardinality(words))]';
CREATE FUNCTION pg_temp.endings(word text, shortest int) RETURNS text[] IMMUTABLE LANGUAGE sql
  AS 'SELECT array_agg(substr(word, s)) FROM generate_series(1, length(word) - shortest + 1) s';
"""
_FILL: Final = (
    """
INSERT INTO dossier
SELECT r.* FROM dossier d, made m, LATERAL jsonb_populate_record(d, jsonb_build_object(
  'id', md5('d' || m.n)::uuid, 'dossier_code', m.code, 'submitted_at', m.at,
  'receiving_agency', m.agency, 'collecting_agency', m.agency, 'code_search',
  array_to_tsvector(pg_temp.endings(lower(translate(m.code, '.-', '')), 2)))) r
WHERE d.dossier_code = $1""",
    """
INSERT INTO party
SELECT r.* FROM party p, made m, LATERAL jsonb_populate_record(p, jsonb_build_object(
  'dossier_code', m.code,
  'owner', p.owner || jsonb_build_object('name', initcap(array_to_string(m.words, ' '))),
  'id_numbers', jsonb_build_array('0620' || lpad(m.n::text, 8, '0')),
  'search', array_to_tsvector(pg_temp.endings(m.phone, 3) || m.words))) r
WHERE p.dossier_code = $1""",
    """
INSERT INTO view.board (dossier_code, procedure_code, procedure_name, receiving_agency,
  receiving_agency_name, collecting_agency, collecting_agency_name, status, submitted_at, due_at,
  received_at, fee_state, assessed_vnd, fee_at, payment_state, due_vnd, requested_at, paid_vnd,
  paid_at, settled_at, receipts, receipt_files)
SELECT code, CASE WHEN n % 7 = 0 THEN '1.004859' ELSE '2.000815' END,
  'Chứng thực bản sao từ bản chính', agency, 'Trung tâm', agency, 'Trung tâm',
  1 + n / 7 % 10, at, at + interval '3 days', at,
  CASE WHEN n % 200 = 0 THEN 'pending' ELSE 'assessed' END, 62000, at,
  CASE WHEN n % 200 = 0 THEN NULL WHEN n % 20 = 1 THEN 'due' ELSE 'paid' END,
  CASE WHEN n % 20 = 1 THEN 62000 ELSE 0 END, at,
  CASE WHEN n % 20 = 1 OR n % 200 = 0 THEN 0 ELSE 62000 END, at, at, 1, 1
FROM made WHERE code <> $1""",
    """
INSERT INTO view.told (fact_id, dossier_code, fact_type, sent_at, answered_at, result)
SELECT md5('t' || n)::uuid, code, 'vn.lephi.tthc.DaThu.v1', at,
  CASE WHEN n % 1000 <> 0 THEN at END, 'ok'
FROM made WHERE code <> $1""",
)


async def fill_board(database: Database, dossiers: int) -> None:
    """Hear one dossier as the product does, and copy it until there are ``dossiers``."""
    await prepare_views(database, VIEWS, consumer="dossier.views")
    await hear_dossier(database)
    async with database.transaction() as session:
        insert = text(
            "INSERT INTO agency (agency_code, name, parent_code, accounts, valid_from)"
            " VALUES (:code, 'Cơ quan', :parent, '[]', '2026-01-01') ON CONFLICT DO NOTHING"
        )
        for code in _AGENCIES:
            await session.execute(
                insert, {"code": code, "parent": OFFICE if code in _BELOW else None}
            )
    connection = await asyncpg.connect(database.dsn, command_timeout=600)
    try:
        await connection.execute(_MADE)
        await connection.execute(_FUNCTIONS)
        await connection.execute(
            _MAKE.replace("drawn(", "pg_temp.drawn("),
            dossiers, _AGENCIES, _FAMILIES, _MIDDLES, _GIVEN,
        )  # fmt: skip
        for statement in _FILL:
            await connection.execute(statement, CODE)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
