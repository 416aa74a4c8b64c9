"""The certificate of a retirement: a page made to be printed, and a PDF."""

import hashlib
from typing import Any, NamedTuple

import segno
from flask import (
    Blueprint,
    Flask,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from markupsafe import Markup
from werkzeug.wrappers import Response

from webapp.actions import looking, sealing
from webapp.actions.sealing import Proven
from webapp.config import Settings
from webapp.domain import wording
from webapp.domain.certificate import Certificate, Sealed, certificate_of
from webapp.domain.lifecycle import Story
from webapp.domain.refusals import ProofWaits
from webapp.web import access, pdf, strip, telling

bp = Blueprint("certificates", __name__)

_PATH = "/records/<record_id>/events/<int:seq>/certificate"
_FRESH_S = 3_600  # events never change, but a new version of Cairn may set the PDF anew
_QUIET_ZONE = 4  # modules around a QR code, as ISO 18004 asks for
_INK = "#221f19"


class Fact(NamedTuple):
    """A line of the certificate, the same on the page and in the PDF."""

    label: str
    text: str
    kind: str = "text"  # or "serials", "note"


def init_app(app: Flask) -> None:
    """Registers the blueprint and what its template needs."""
    app.register_blueprint(bp)
    app.jinja_env.globals["certificate_facts"] = facts


@bp.get(_PATH)
def show(record_id: str, seq: int) -> Response | str:
    """The certificate as a page."""
    access.reader()
    if record_id != record_id.lower():
        return redirect(url_for("certificates.show", record_id=record_id.lower(), seq=seq), 303)
    story = looking.record(record_id)
    certificate = certificate_of(story, seq, sealing.sealed(record_id, seq))
    address = _address(certificate)
    return render_template(
        "certificates/certificate.html",
        story=story,
        certificate=certificate,
        address=address,
        qr=Markup(qr_code(address)),  # noqa: S704  made by segno from our own address alone
    )


@bp.get(f"{_PATH}.pdf", endpoint="pdf")
def as_pdf(record_id: str, seq: int) -> Response:
    """The certificate as a PDF with its proof: once it is sealed, the same bytes each time."""
    access.reader()
    story = looking.record(record_id)
    certificate_of(story, seq)  # only a retirement's proof is looked for
    proven = _proven(record_id, seq)
    certificate = certificate_of(story, seq, proven.sealed if proven else None)
    document = pdf.render(_for_pdf(story, certificate, proven), certificate.recorded_at)
    response = make_response(document)
    response.content_type = "application/pdf"
    name = f"retirement-{certificate.record_id[:12]}-{certificate.seq}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    settings: Settings = current_app.extensions["cairn.settings"]
    readers = "public" if settings.public_lookup else "private"
    response.headers["Cache-Control"] = f"{readers}, max-age={_FRESH_S}" if proven else "no-store"
    response.set_etag(hashlib.sha256(document).hexdigest())
    return response.make_conditional(request)


def _proven(record_id: str, seq: int) -> Proven | None:
    """The proof that never changes again; None while the event waits."""
    try:
        return sealing.prove(record_id, seq, first=True)
    except ProofWaits:
        return None


def facts(certificate: Certificate) -> list[Fact]:
    """What the certificate says, line by line."""
    project_id, reason, note = certificate.project_id, certificate.reason, certificate.note
    return [
        Fact("Beneficiary", certificate.beneficiary or "not named"),
        Fact("Retired on", wording.day(certificate.day)),
        *([Fact("Reason", reason)] if reason else []),
        *([Fact("Note", note, "note")] if note else []),
        Fact("Project", certificate.project_name),
        *([Fact("Project id", project_id)] if project_id else []),
        Fact("Registry", certificate.registry),
        Fact("Vintage", str(certificate.vintage)),
        Fact("Serial number", certificate.serial_number, "serials"),
        Fact(
            "Units",
            f"{wording.number(certificate.tonnes)} of the record's "
            f"{wording.units(certificate.record_units.quantity)}, each one tonne of CO2e: "
            f"{wording.spans(certificate.units)}",
        ),
        Fact(
            "Recorded", f"{telling.moment(certificate.recorded_at)}, by {certificate.recorded_by}"
        ),
        Fact("Event", f"{wording.number(certificate.seq)} of the record"),
        Fact("Record id", certificate.record_id, "serials"),
        *_proof_facts(certificate.sealed),
    ]


def _proof_facts(sealed: Sealed | None) -> list[Fact]:
    if sealed is None:
        return [Fact("Proof", "It waits to be sealed into the log, which takes about a second.")]
    leaf, size = wording.number(sealed.leaf), wording.number(sealed.size)
    return [
        Fact("Proof", f"Sealed as leaf {leaf} of a log of {size} on {telling.moment(sealed.at)}"),
        Fact("Log", sealed.log, "serials"),
    ]


def qr_code(text: str, ink: str = _INK) -> str:
    """A QR code of the text as SVG without size and style, dark on nothing."""
    code = segno.make(text, error="m", micro=False)
    return code.svg_inline(
        border=_QUIET_ZONE, dark=ink, omitsize=True, svgclass="qr", lineclass=None
    )


def _address(certificate: Certificate) -> str:
    return url_for(
        "certificates.show",
        record_id=certificate.record_id,
        seq=certificate.seq,
        _external=True,
    )


def _for_pdf(story: Story, certificate: Certificate, proven: Proven | None) -> dict[str, Any]:
    address = _address(certificate)
    return {
        **_proof_for_pdf(certificate, proven),
        "title": certificate.title,
        "amount": certificate.amount,
        "beneficiary": certificate.beneficiary or "",
        "statement": certificate.statement,
        "facts": [one._asdict() for one in facts(certificate)],
        "blocks": [
            {"serial": one.serial, "tonnes": wording.number(one.units.quantity)}
            for one in certificate.blocks
        ],
        "tonnes": wording.number(certificate.tonnes),
        "first": str(certificate.record_units.first),
        "last": str(certificate.record_units.last),
        "strip": [
            {"start": one.start, "width": one.width, "state": one.state}
            for one in strip.only(story, certificate.seq)
        ],
        "foot": f"Event {certificate.seq} of record {certificate.record_id}",
        "address": address,
        "qr": qr_code(address),
    }


def _proof_for_pdf(certificate: Certificate, proven: Proven | None) -> dict[str, Any]:
    if proven is None:
        text = (
            "It waits to be sealed into the log, so no proof is attached yet. Download this document "
            "again in a few seconds, or look here:"
        )
        return {"proof": {"text": text, "address": url_for("ledger.page", _external=True)}}
    name = f"cairn-{certificate.record_id[:12]}-{certificate.seq}"
    text = (
        f"Prove it without the registry: attached to this document are {name}.leaf, what the log holds "
        f"of this retirement, and {name}.tlog-proof, which leads from it to the log's signature. How "
        "both are verified offline:"
    )
    return {
        "proof": {"text": text, "address": url_for("ledger.check", _external=True)},
        "attachments": [
            _attached(f"{name}.leaf", proven.leaf, "application/json", "The leaf in the log"),
            _attached(
                f"{name}.tlog-proof", proven.proof, "text/plain", "The proof that it is there"
            ),
        ],
    }


def _attached(name: str, data: bytes, kind: str, about: str) -> dict[str, str]:
    return {"name": name, "text": data.decode(), "kind": kind, "about": about}
