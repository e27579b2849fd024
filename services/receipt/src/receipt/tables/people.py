"""Decision tables of what is known of people and agencies."""

from datetime import date
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from receipt.tables.model import Base


class PartyRow(Base):
    """What lephi.party last said of a dossier's people, as far as a receipt needs it."""

    __tablename__ = "party"
    __table_args__ = (Index("ix_party_id_numbers", "id_numbers", postgresql_using="gin"),)

    dossier_code: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    payer: Mapped[dict[str, Any] | None]
    id_numbers: Mapped[list[str]]
    phone_endings: Mapped[list[str]]
    redacted: Mapped[bool] = mapped_column(server_default=text("false"))
    """Nothing more is taken in of these people."""


class AgencyRow(Base):
    """An agency as lephi.dossier last published it; whose staff may see whose receipts."""

    __tablename__ = "agency"

    code: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    name: Mapped[str]
    parent_code: Mapped[str | None]
    succeeded_by: Mapped[str | None]
    valid_to: Mapped[date | None]
