"""Sentences of the explanation: what a reckoned line says to a payer. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from fee.domain.assessment import AssessmentStatus
from fee.domain.reckoning import FREE_REASON, LineOutcome, ReckonedLine, StepTaken
from fee.use_cases.explain import Explained
from shared.contracts.fee import PendingReason, TariffRule, TariffUnit, WithdrawalReason
from shared.contracts.parts import Explanation, FeeKind, FilingChannel
from shared.web.pages import amount, number, translate


@dataclass(frozen=True)
class ShownStep:
    """One product of the sum in words: "58 trang, mỗi trang 1.000 ₫", and from which tariff."""

    text: str
    tariff_code: str
    amount_vnd: int


@dataclass(frozen=True)
class ShownLine:
    """One line as a payer reads it."""

    name: str
    variant_name: str | None
    amount_vnd: int
    sentence: str
    steps: tuple[ShownStep, ...]
    legal_basis: str | None
    is_pending: bool


@dataclass(frozen=True)
class Verdict:
    """What the whole comes to; state is the notice's kind."""

    title: str
    text: str
    state: str


def shown_lines(explained: Explained) -> list[ShownLine]:
    """Return the lines of an assessment in words.

    Nothing tells to which group of payers somebody belongs: the page is public.
    """
    return [_shown(line) for _, line in explained.lines]


def verdict_of(explained: Explained) -> Verdict | None:
    """Return what is said above the lines; None where an amount is due."""
    say = _VERDICTS.get(explained.status)
    return say(explained) if say is not None else None


def channel_words(channel: FilingChannel) -> str:
    """Return how the dossier was filed, in words."""
    if channel is FilingChannel.ONLINE:
        return translate("Trực tuyến")
    return translate("Tại quầy")


def kind_words(kind: FeeKind) -> str:
    """Return the kind of a fee, in words."""
    return translate("Phí") if kind is FeeKind.PHI else translate("Lệ phí")


def _shown(line: ReckonedLine) -> ShownLine:
    is_due = line.outcome is LineOutcome.DUE
    return ShownLine(
        name=line.name,
        variant_name=line.variant_name,
        amount_vnd=line.amount_vnd,
        sentence=_sentence(line),
        steps=tuple(_shown_step(step) for step in line.steps) if is_due else (),
        legal_basis=line.legal_basis,
        is_pending=line.outcome is LineOutcome.PENDING,
    )


def _sentence(line: ReckonedLine) -> str:
    if line.explanation is Explanation.TIERS_CAPPED:
        return translate(
            "Tính theo trang thì một bản là %(uncapped)s, vượt mức tối đa cho một bản, "
            "nên chỉ thu mức tối đa.",
            uncapped=amount(line.uncapped_vnd or 0),
        )
    if line.explanation is Explanation.EXEMPT:
        return _exemption(line.exemption_reason_code)
    return {
        Explanation.FLAT: translate("Một mức cho cả hồ sơ, không tính theo số bản, số trang."),
        Explanation.PER_COPY: translate("Mức thu nhân với số lượng."),
        Explanation.WITH_EXTRA: translate("Mức cơ bản, cộng phần thu thêm theo số bản."),
        Explanation.TIERS: translate("Tính theo số trang của bản chính, nhân với số bản."),
        Explanation.DECLARED: translate("Theo khai báo của hệ thống tỉnh, kèm căn cứ pháp lý."),
        Explanation.NO_TARIFF: translate("Chưa có biểu phí cho khoản này."),
    }[line.explanation]


def _exemption(reason_code: str | None) -> str:
    if reason_code == "ONLINE_0_DONG":
        return translate("Nộp hồ sơ trực tuyến: thu 0 đồng.")
    if reason_code == "KHONG_THU":
        return translate("Danh mục công bố không thu khoản này.")
    if reason_code == FREE_REASON:
        return translate("Hồ sơ được tiếp nhận theo diện miễn phí.")
    return translate("Được miễn theo quy định của pháp luật.")


def _shown_step(step: StepTaken) -> ShownStep:
    return ShownStep(_product(step), step.tariff_code, step.amount_vnd)


def _product(step: StepTaken) -> str:
    values = {"count": number(step.quantity), "unit": amount(step.unit_vnd)}
    if step.rule is TariffRule.CAP_PER_COPY:
        return translate("Mức tối đa: %(count)s bản, mỗi bản %(unit)s", **values)
    if step.rule is TariffRule.EXTRA_FROM:
        return translate(
            "Từ bản thứ %(n)s: %(count)s bản, mỗi bản %(unit)s", n=step.from_quantity, **values
        )
    if step.rule is TariffRule.TIER and step.from_quantity > 1:
        return translate(
            "Từ trang thứ %(n)s: %(count)s trang, mỗi trang %(unit)s",
            n=step.from_quantity,
            **values,
        )
    return {
        TariffUnit.PAGE: translate("%(count)s trang, mỗi trang %(unit)s", **values),
        TariffUnit.COPY: translate("%(count)s bản, mỗi bản %(unit)s", **values),
        TariffUnit.CASE: translate("%(count)s trường hợp, mỗi trường hợp %(unit)s", **values),
        TariffUnit.DOSSIER: translate("Một hồ sơ: %(unit)s", **values),
    }[step.unit]


def _pending(explained: Explained) -> Verdict:
    text = {
        PendingReason.NO_TARIFF: translate(
            "Chưa có biểu phí phù hợp. Cơ quan tiếp nhận đang bổ sung; anh, chị chưa cần nộp."
        ),
        PendingReason.AGENCY_INCOMPLETE: translate(
            "Thông tin đơn vị thu chưa đủ. Cơ quan tiếp nhận đang bổ sung; anh, chị chưa cần nộp."
        ),
        PendingReason.PROCEDURE_INCOMPLETE: translate(
            "Các khoản thu của hồ sơ chưa được khai đủ; anh, chị chưa cần nộp."
        ),
    }[PendingReason(explained.reason_code or "")]
    return Verdict(translate("Chưa xác định được số tiền"), text, "waiting")


def _exempted(_: Explained) -> Verdict:
    text = translate("Các khoản của hồ sơ này được miễn hoặc không thu.")
    return Verdict(translate("Hồ sơ này không phải nộp phí, lệ phí"), text, "done")


def _withdrawn(explained: Explained) -> Verdict:
    text = {
        WithdrawalReason.REFUSED: translate("Hồ sơ không được tiếp nhận."),
        WithdrawalReason.WITHDRAWN: translate("Hồ sơ đã được rút theo yêu cầu."),
        WithdrawalReason.STOPPED: translate("Hồ sơ đã dừng xử lý."),
        WithdrawalReason.PAID_ELSEWHERE: translate("Hệ thống của tỉnh đã thu khoản này."),
    }[WithdrawalReason(explained.reason_code or "")]
    return Verdict(translate("Hồ sơ này không còn khoản phải nộp"), text, "plain")


_VERDICTS: Final[Mapping[AssessmentStatus, Callable[[Explained], Verdict]]] = {
    AssessmentStatus.PENDING: _pending,
    AssessmentStatus.EXEMPTED: _exempted,
    AssessmentStatus.WITHDRAWN: _withdrawn,
}
