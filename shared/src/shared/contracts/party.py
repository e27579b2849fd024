"""The one fact of ``lephi.party``: who a dossier's people are.

Compacted, restricted to the readers that need it, never archived. A tombstone clears it.
"""

from enum import StrEnum
from typing import Annotated, ClassVar, Final

from pydantic import Field

from shared.contracts.envelope import DossierFact, Part

TOPIC: Final = "lephi.party"
SOURCE: Final = "/lephi/dossier"


class PersonKind(StrEnum):
    """A natural person, or an organisation."""

    PERSON = "person"
    ORGANISATION = "organisation"


class Person(Part):
    """Personal data: never copied to a kept stream, a log, an address or a QR."""

    name: Annotated[str, Field(min_length=1, max_length=300)]
    kind: PersonKind
    id_number: Annotated[str, Field(max_length=30)] | None = None
    tax_code: Annotated[str, Field(max_length=20)] | None = None
    address: Annotated[str, Field(max_length=500)] | None = None
    phone: Annotated[str, Field(max_length=30)] | None = None
    email: Annotated[str, Field(max_length=254)] | None = None


class PartyStated(DossierFact):
    """The payer and the owner of a dossier (người nộp, chủ hồ sơ), as they are now.

    Said by dossier at each change; heard by payment-gateway, receipt and notifier. Where nobody
    else pays, the payer is the owner.
    """

    type: ClassVar[str] = "vn.lephi.PartyStated.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    payer: Person
    owner: Person
